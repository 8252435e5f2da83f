namespace Hierarchy.Tests.Storage.PowerLoss;

/// <summary>One file of a <see cref="PowerLossDisk"/>: what of it is durable, and what has been written since it was last synced.</summary>
internal sealed class PowerLossFile(PowerLossDisk disk, string path)
{
    private const int Sector = 512;

    private readonly List<(long Offset, byte[]? Bytes)> _unsynced = [];
    private byte[] _durable = [];

    public PowerLossDisk Disk => disk;

    public string Path => path;

    /// <summary>Its name is in the folder for good: a new file's is not before the first sync.</summary>
    public bool ExistsDurably { get; set; }

    /// <summary>Its next sync makes the names of the whole folder durable, and deletions too.</summary>
    public bool SyncsFolder { get; set; }

    public int Writing(long offset, ReadOnlySpan<byte> bytes) => disk.Change(this, isSync: false, (offset, bytes.ToArray()));

    public int Truncating(long size) => disk.Change(this, isSync: false, (size, null));

    public int Syncing() => disk.Change(this, isSync: true, default);

    public void Keep((long Offset, byte[]? Bytes) change) => _unsynced.Add(change);

    public void MakeDurable()
    {
        foreach (var (offset, bytes) in _unsynced)
            Apply(offset, bytes);
        _unsynced.Clear();
        ExistsDurably = true;
    }

    /// <summary>What is found after the power came back: the durable bytes, and of each later write the sectors that chance had brought to the disk, in whatever order.</summary>
    public byte[] AfterPowerLoss(Random random, double survives)
    {
        foreach (var (offset, bytes) in _unsynced)
        {
            if (bytes is null)
            {
                if (random.NextDouble() < survives) Apply(offset, null);
                continue;
            }

            for (var from = 0; from < bytes.Length;)
            {
                var length = Math.Min(bytes.Length - from, Sector - (int)((offset + from) % Sector));
                if (random.NextDouble() < survives) Apply(offset + from, bytes[from..(from + length)]);
                from += length;
            }
        }

        return _durable;
    }

    private void Apply(long offset, byte[]? bytes)
    {
        if (bytes is null) Array.Resize(ref _durable, (int)offset);
        else
        {
            if (_durable.Length < offset + bytes.Length) Array.Resize(ref _durable, (int)offset + bytes.Length);
            bytes.CopyTo(_durable, offset);
        }
    }
}
