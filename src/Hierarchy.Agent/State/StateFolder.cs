using System.Text.Json;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.State;

/// <summary>
/// The agent's folder: one agent at a time (an exclusive lock), its identity, and the report counter, which is durable before it is used. A folder whose identity cannot be
/// read is started anew, under a new incarnation: servers then forget what the lost one reported.
/// </summary>
internal sealed partial class StateFolder : IDisposable
{
    private const int CounterBlock = 64;
    private const int FormatVersion = 1;

    private readonly FileStream _lock;
    private readonly ILogger _logger;
    private long _counter;
    private long _reserved;

    private StateFolder(string path, FileStream @lock, ILogger logger) => (Path, _lock, _logger) = (path, @lock, logger);

    internal string Path { get; }

    internal AgentIdentity Identity { get; private set; } = new(Guid.Empty, 0);

    /// <summary>True when there was no state, or none that could be read.</summary>
    internal bool IsNew { get; private set; }

    private string IdentityPath => Combine("agent.json");

    /// <param name="path">Made where it is absent.</param>
    /// <param name="time">Tells the incarnation.</param>
    /// <param name="logger">Hears of a new state.</param>
    /// <param name="id">Who the agent is when the state is new; null draws an id.</param>
    /// <exception cref="UnavailableException">Another agent has the folder, or it is that of another id.</exception>
    internal static StateFolder Open(string path, TimeProvider time, ILogger logger, Guid? id = null)
    {
        var full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(full);
        FileStream @lock;
        try
        {
            @lock = new FileStream(System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new UnavailableException($"The state folder {full} is in use by another agent. Stop that one, or give this one a --state of its own.", exception);
        }

        var folder = new StateFolder(full, @lock, logger);
        try
        {
            folder.LoadIdentity(time, id ?? Guid.NewGuid());
            if (id is null || folder.Identity.Id == id) return folder;
            throw new UnavailableException($"The state folder {full} belongs to agent {folder.Identity.Id:D}, not to {id:D}. Leave --id away to go on as that one, or give this one a --state of its own.");
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    internal string Combine(string name) => System.IO.Path.Combine(Path, name);

    internal string Subfolder(string name) => Directory.CreateDirectory(Combine(name)).FullName;

    /// <summary>The number of the next report: higher than every one before, also after a crash.</summary>
    internal long NextCounter()
    {
        if (_counter + 1 > _reserved)
        {
            _reserved = _counter + CounterBlock;
            WriteIdentity();
        }

        return ++_counter;
    }

    public void Dispose() => _lock.Dispose();

    private void LoadIdentity(TimeProvider time, Guid idWhenNew)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (!File.Exists(IdentityPath))
        {
            // Without an identity nothing else here means anything to a server.
            StartAnew(idWhenNew, now);
            return;
        }

        try
        {
            var stored = JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(IdentityPath));
            if (stored is { Format: FormatVersion, Incarnation: > 0, Counter: >= 0 } && stored.Id != Guid.Empty)
            {
                Identity = new AgentIdentity(stored.Id, stored.Incarnation);
                _counter = _reserved = stored.Counter;
                return;
            }

            Log.StateUnreadable(_logger, Path, "its agent.json is of another format");
            StartAnew(stored is { Id: var id } && id != Guid.Empty ? id : idWhenNew, Math.Max(now, (stored?.Incarnation ?? 0) + 1));
        }
        catch (JsonException exception)
        {
            Log.StateUnreadable(_logger, Path, exception.Message);
            StartAnew(idWhenNew, now);
        }
    }

    private void StartAnew(Guid id, long incarnation)
    {
        // Content stays: it is checked against its digests before it is used. The journal stays: it tells of installations that were under way.
        foreach (var name in (string[])["decisions.log", "documents.pack", "statuses.log", "servers.json"]) File.Delete(Combine(name));
        Identity = new AgentIdentity(id, incarnation);
        IsNew = true;
        _counter = _reserved = 0;
        WriteIdentity();
        Log.StateCreated(_logger, Path, id, incarnation);
    }

    private void WriteIdentity()
        => AtomicFile.Write(IdentityPath, JsonSerializer.SerializeToUtf8Bytes(new Stored(FormatVersion, Identity.Id, Identity.Incarnation, _reserved)));

    private sealed record Stored(int Format, Guid Id, long Incarnation, long Counter);

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Information, "State begun in {Path}: agent {Id}, incarnation {Incarnation}")]
        internal static partial void StateCreated(ILogger logger, string path, Guid id, long incarnation);

        [LoggerMessage(1002, LogLevel.Warning, "The state in {Path} cannot be read ({Cause}); starting anew under a new incarnation")]
        internal static partial void StateUnreadable(ILogger logger, string path, string cause);
    }
}
