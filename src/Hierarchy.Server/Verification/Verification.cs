using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Verification;

/// <summary>One verification of the tree, as far as this server knows it. Safe for concurrent use.</summary>
/// <param name="id">Drawn by who asked first.</param>
/// <param name="beganAt">A timestamp.</param>
internal sealed class Verification(Guid id, long beganAt)
{
    private readonly Lock _lock = new(); // guards everything below
    private readonly Dictionary<Guid, ServerVerification> _servers = [];
    private readonly HashSet<Guid> _news = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _begun;
    private bool _passed;

    public Guid Id => id;

    public long BeganAt => beganAt;

    /// <summary>Ends with the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock) return _changed.Task;
        }
    }

    /// <summary>The newest word of every server.</summary>
    public IReadOnlyDictionary<Guid, ServerVerification> Servers
    {
        get
        {
            lock (_lock) return new Dictionary<Guid, ServerVerification>(_servers);
        }
    }

    /// <summary>True once: this server's own reading begins.</summary>
    public bool Begins()
    {
        lock (_lock) return !_begun && (_begun = true);
    }

    /// <summary>True once: the question is passed on.</summary>
    public bool Passes()
    {
        lock (_lock) return !_passed && (_passed = true);
    }

    /// <summary>A server's newest word; nothing takes back the last one.</summary>
    public void Put(ServerVerification server)
    {
        var serverId = Positions.Id(server.ServerId, "server");
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_servers.TryGetValue(serverId, out var known) && (known.Equals(server) || (known.State != VerificationState.Running && server.State == VerificationState.Running))) return;
            _servers[serverId] = server;
            _news.Add(serverId);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    /// <summary>What has changed since the last time, or everything.</summary>
    public IReadOnlyList<ServerVerification> TakeNews(bool everything)
    {
        lock (_lock)
        {
            var news = everything ? _servers.Values.ToArray() : _news.Select(server => _servers[server]).ToArray();
            _news.Clear();
            return news;
        }
    }
}
