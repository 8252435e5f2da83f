using System.Collections.Concurrent;
using Hierarchy.Content.Store;

namespace Hierarchy.Tests.Content;

/// <summary>Files in a bucket, as an object store keeps them: no paths, no renames, no handles; each call takes a turn of the scheduler. It outlives the store over it.</summary>
internal sealed class BucketBackend : IContentBackend
{
    private readonly ConcurrentDictionary<StoredFile, byte[]> _objects = new();
    private readonly ConcurrentDictionary<StoredFile, (byte[] Bytes, DateTimeOffset Since)> _aside = new();

    /// <summary>The bucket says no.</summary>
    public bool Refuses { get; set; }

    public int Aside => _aside.Count;

    public string Name => "bucket";

    public long AvailableSpace { get; set; } = long.MaxValue;

    public IEnumerable<StoredFile> List() => _objects.Keys;

    public string? PathOf(StoredFile file) => null;

    public IContentBytes? Open(StoredFile file)
    {
        Check();
        return _objects.TryGetValue(file, out var bytes) ? new BucketBytes(bytes) : null;
    }

    public async ValueTask PublishAsync(string path, StoredFile file, CancellationToken cancellationToken)
    {
        Check();
        _objects[file] = await File.ReadAllBytesAsync(path, cancellationToken);
        File.Delete(path);
    }

    public async ValueTask<string> PutAsideAsync(StoredFile file)
    {
        await Task.Yield();
        Check();
        if (_objects.TryRemove(file, out var bytes)) _aside[file] = (bytes, TimeProvider.System.GetUtcNow());
        return $"aside/{file.Sha256}";
    }

    public async ValueTask RemoveAsync(StoredFile file)
    {
        await Task.Yield();
        Check();
        _objects.TryRemove(file, out _);
    }

    public async ValueTask<(int Files, long Bytes)> ClearAsideAsync(DateTimeOffset before, bool whatIf)
    {
        await Task.Yield();
        var old = _aside.Where(entry => entry.Value.Since < before).ToArray();
        if (!whatIf) foreach (var entry in old) _aside.TryRemove(entry.Key, out _);
        return (old.Length, old.Sum(entry => (long)entry.Value.Bytes.Length));
    }

    /// <summary>Rots one byte of every object.</summary>
    public void Rot()
    {
        foreach (var bytes in _objects.Values) bytes[^1] ^= 1;
    }

    private void Check()
    {
        if (Refuses) throw new IOException("the bucket says no");
    }

    private sealed class BucketBytes(byte[] bytes) : IContentBytes
    {
        public long Length => bytes.Length;

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            await Task.Yield();
            var part = bytes.AsMemory((int)Math.Min(offset, bytes.Length));
            part = part[..Math.Min(part.Length, buffer.Length)];
            part.CopyTo(buffer);
            return part.Length;
        }

        public void Dispose()
        {
        }
    }
}
