using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Tests.Storage.PowerLoss;

/// <summary>
/// A folder on a disk with a write cache that is lost with the power. Processes see every write at once; after <see cref="Restore"/> only what was synced is certain. It can also be full, or fail
/// at the next sync.
/// </summary>
internal sealed class PowerLossDisk : IDisposable
{
    public const int IoError = 10;

    private const int Ok = 0;
    private const int Full = 13;
    private const int IoErrorFsync = 1034;

    private readonly Lock _gate = new();
    private readonly StorageFolder _folder = new();
    private readonly Dictionary<string, PowerLossFile> _files = [];
    private readonly List<PowerLossFile> _deleted = [];
    private long _changesLeft = long.MaxValue;

    public PowerLossDisk() => PowerLossVfs.Mount(_folder.Path, this);

    /// <summary>The power is off: nothing more can be read or written.</summary>
    public bool IsOff { get; private set; }

    /// <summary>A disk that says that it has synced, and has not: what `synchronous=OFF` makes of any disk.</summary>
    public bool Lies { get; init; }

    /// <summary>Writes fail for want of space.</summary>
    public bool IsFull { get; set; }

    /// <summary>Syncs fail.</summary>
    public bool FailsToSync { get; set; }

    /// <summary>Writes, truncations, deletions and syncs so far.</summary>
    public long Changes { get; private set; }

    /// <summary>The options of a database on this disk.</summary>
    public SqliteStoreOptions File(string name) => _folder.File(name) with { Vfs = PowerLossVfs.Name, CheckpointPages = 40 };

    /// <summary>The options of the same database after <see cref="Restore"/>, without this disk in between.</summary>
    public SqliteStoreOptions Plain(string name) => _folder.File(name);

    /// <summary>The power fails at the n-th change from now; that change may or may not be on the disk.</summary>
    public void FailPowerAfter(long changes)
    {
        lock (_gate)
            _changesLeft = changes;
    }

    public void FailPowerNow() => IsOff = true;

    /// <summary>Makes the files what is found when the power is back. Of what was not synced each sector is there with the given probability.</summary>
    public void Restore(Random random, double survives)
    {
        PowerLossVfs.Unmount(_folder.Path);
        foreach (var file in Directory.GetFiles(_folder.Path, "*-shm"))
            System.IO.File.Delete(file);
        foreach (var file in _files.Values)
        {
            var bytes = file.AfterPowerLoss(random, survives);
            if (file.ExistsDurably || random.NextDouble() < survives) System.IO.File.WriteAllBytes(file.Path, bytes);
            else System.IO.File.Delete(file.Path);
        }

        foreach (var file in _deleted.Where(file => !_files.ContainsKey(file.Path)))
        {
            var bytes = file.AfterPowerLoss(random, survives);
            if (random.NextDouble() >= survives) System.IO.File.WriteAllBytes(file.Path, bytes);
        }
    }

    public void Dispose()
    {
        PowerLossVfs.Unmount(_folder.Path);
        _folder.Dispose();
    }

    internal PowerLossFile Opened(string path)
    {
        lock (_gate)
        {
            if (!_files.TryGetValue(path, out var file))
                _files[path] = file = new PowerLossFile(this, path);
            // As the platform's own VFS: the first sync of a journal or a write-ahead log since it was opened syncs the folder too.
            file.SyncsFolder = path.EndsWith("-wal", StringComparison.Ordinal) || path.EndsWith("-journal", StringComparison.Ordinal);
            return file;
        }
    }

    internal int Deleting(string path, bool syncFolder)
    {
        lock (_gate)
        {
            if (Off()) return IoError;
            // A deletion that is not synced may be undone by the loss.
            if (_files.Remove(path, out var file) && file.ExistsDurably && (!syncFolder || Lies)) _deleted.Add(file);
            return Ok;
        }
    }

    internal int Change(PowerLossFile file, bool isSync, (long Offset, byte[]? Bytes) change)
    {
        lock (_gate)
        {
            if (IsOff) return IoError;
            if (isSync && FailsToSync) return IoErrorFsync;
            if (!isSync && IsFull && change.Bytes is not null) return Full;
            // The change that the power fails at is on its way: its sectors are as uncertain as those before it.
            if (!isSync) file.Keep(change);
            if (Off()) return IoError;
            if (isSync && !Lies) MakeDurable(file);
            return Ok;
        }
    }

    private void MakeDurable(PowerLossFile file)
    {
        file.MakeDurable();
        if (!file.SyncsFolder) return;
        file.SyncsFolder = false;
        _deleted.Clear();
        foreach (var other in _files.Values)
            other.ExistsDurably = true;
    }

    private bool Off()
    {
        Changes++;
        if (--_changesLeft <= 0) IsOff = true;
        return IsOff;
    }
}
