using Hierarchy.Domain;
using Hierarchy.Replication.Secrets;

namespace Hierarchy.Server.Secrets;

/// <summary>
/// Keeps the tree's secret in the data directory, in `secrets/tree.key`, readable for the server's account alone. The root draws it at the
/// first need; a replica gets it from its parent. Who backs up a root's log backs up this file too, or the sealed keys are fetched anew.
/// </summary>
internal sealed partial class TreeSecretStore(string directory, bool isRoot, ILogger<TreeSecretStore> logger)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string FileName = "tree.key";

    private readonly Lock _lock = new(); // Guards the file and the two below.
    private TreeSecret? _secret;
    private TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The secret; null where there is none yet.</summary>
    /// <exception cref="IntegrityException">The file is damaged.</exception>
    public TreeSecret? Current
    {
        get
        {
            lock (_lock) return _secret ??= Load();
        }
    }

    /// <summary>The secret; a root that has none yet draws it. Null at a replica that waits for its parent.</summary>
    public TreeSecret? Need()
    {
        lock (_lock)
        {
            if ((_secret ??= Load()) is { } secret) return secret;
            if (!isRoot) return null;
            _secret = TreeSecret.Generate();
            Save(_secret);
            Log.Drawn(logger, _secret);
            return _secret;
        }
    }

    /// <summary>Keeps what came from the parent, in place of whatever was there.</summary>
    public void Keep(TreeSecret secret)
    {
        lock (_lock)
        {
            if (_secret?.Is(secret.Id.Span) == true) return;
            Save(secret);
            _secret = secret;
        }
    }

    /// <summary>Something is sealed by a secret that is not this one: whoever fetches it should look again.</summary>
    public void Want()
    {
        lock (_lock) _wanted.TrySetResult();
    }

    /// <summary>Ends when somebody wants another secret; each wish is heard once.</summary>
    public async Task WantedAsync(CancellationToken cancellationToken)
    {
        Task wanted;
        lock (_lock) wanted = _wanted.Task;
        await wanted.WaitAsync(cancellationToken);
        lock (_lock) _wanted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private TreeSecret? Load()
    {
        var file = Path.Combine(directory, FileName);
        if (!File.Exists(file)) return null;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~OwnerOnly) != 0)
        {
            Log.Loose(logger, file);
            File.SetUnixFileMode(file, OwnerOnly);
        }

        try
        {
            return TreeSecret.Import(File.ReadAllBytes(file));
        }
        catch (IntegrityException exception)
        {
            throw new IntegrityException($"The file {file} does not hold the tree's secret. {exception.Message} Restore it from a backup; without one, delete it: a replica gets it from its parent again, a root draws another and fetches the keys anew.", exception);
        }
    }

    private void Save(TreeSecret secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            File.SetUnixFileMode(directory, OwnerOnly | UnixFileMode.UserExecute); // It may have been there.
            options.UnixCreateMode = OwnerOnly;
        }

        var file = Path.Combine(directory, FileName);
        var partial = file + ".partial";
        File.Delete(partial); // A left-over would keep its own mode.
        using (var stream = new FileStream(partial, options))
        {
            stream.Write(secret.Export());
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, file, overwrite: true);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1801, Level = LogLevel.Information, Message = "The tree's secret {Secret} was drawn. Back up secrets/tree.key with the log.")]
        public static partial void Drawn(ILogger logger, TreeSecret secret);

        [LoggerMessage(EventId = 1802, Level = LogLevel.Warning, Message = "{File} could be read by others than the server's account; its mode is 0600 again. Consider who read it.")]
        public static partial void Loose(ILogger logger, string file);
    }
}
