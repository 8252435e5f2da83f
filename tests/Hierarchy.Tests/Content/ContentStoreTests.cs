using Hierarchy.Content;
using Hierarchy.Content.Store;
using Hierarchy.Domain;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Content;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ContentCounters _counters = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commit_RightBytes_StoresUnderTheirSha256(bool hasSha256)
    {
        var bytes = Sample.Bytes(3_000_000);
        var file = Sample.Describe(bytes, hasSha256: hasSha256);
        using (var store = Open())
        {
            await PutAsync(store, file, bytes);
            Assert.True(store.Contains(file));
            Assert.Equal(Sample.Describe(bytes).Sha256, store.Find(file)!.Sha256);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(store.PathOf(file)!, Cancellation));
        }

        Assert.Empty(Directory.EnumerateFiles(_folder["partial"]));
        using var reopened = Open();
        Assert.True(reopened.Contains(file));
        Assert.Equal((1, 3_000_000L), (reopened.Count, reopened.TotalBytes));
    }

    [Theory]
    [InlineData("other byte")]
    [InlineData("too short")]
    [InlineData("other SHA-256")]
    public async Task Commit_WrongBytes_StoresNothing(string fault)
    {
        var bytes = Sample.Bytes(2_000_000);
        var file = Sample.Describe(bytes);
        if (fault == "other byte") bytes[1_234_567] ^= 1;
        if (fault == "too short") bytes = bytes[..^1];
        if (fault == "other SHA-256") file = file with { Sha256 = Sample.Describe([1]).Sha256 };
        using var store = Open();

        await Assert.ThrowsAsync<IntegrityException>(() => PutAsync(store, file, bytes));

        Assert.False(store.Contains(file));
        Assert.Null(store.Find(file.Sha1));
        Assert.Empty(Directory.EnumerateFiles(_folder["files"], "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("nothing more", 2_500_000, 2)]
    [InlineData("file cut at its middle", 2_500_000, 1)]
    [InlineData("file emptied", 2_500_000, 0)]
    [InlineData("zeros in the second piece", 2_500_000, 1)]
    [InlineData("journal cut inside an entry", 2_500_000, 1)]
    [InlineData("journal lost", 2_500_000, 0)]
    [InlineData("garbage after the journalled part", 2_500_000, 2)]
    [InlineData("longer than the file", 4_500_000, 2)]
    public async Task OpenPartial_AfterAKill_KeepsExactlyTheVerifiedPieces(string fault, int written, int expectedPieces)
    {
        var bytes = Sample.Bytes(2_900_000);
        var file = Sample.Describe(bytes);
        var path = _folder[Path.Combine("partial", $"{file.Sha1}.partial")];
        using (var store = Open())
        {
            // What a killed process leaves: written, never sealed.
            var killed = await store.OpenPartialAsync(file, Cancellation);
            await killed.AppendAsync(Sample.Bytes(2_900_000).Concat(Sample.Bytes(2_000_000, seed: 2)).Take(written).ToArray(), Cancellation);
            killed.Dispose();
            killed.Handle.Dispose();
        }

        switch (fault)
        {
            case "file cut at its middle": SetLength(path, 2 * PieceJournal.PieceLength - 1); break;
            case "file emptied": SetLength(path, 0); break;
            case "zeros in the second piece": Overwrite(path, PieceJournal.PieceLength + 5, new byte[4096]); break;
            case "journal cut inside an entry": SetLength($"{path}.pieces", 63); break;
            case "journal lost": File.Delete($"{path}.pieces"); break;
            case "garbage after the journalled part": Overwrite(path, 2 * PieceJournal.PieceLength + 5, new byte[4096]); break;
        }

        using (var store = Open())
        {
            var partial = await store.OpenPartialAsync(file, Cancellation);
            Assert.Equal(expectedPieces * (long)PieceJournal.PieceLength, partial.Length);
            Assert.Equal(partial.Length, new FileInfo(path).Length);
            await partial.AppendAsync(bytes.AsMemory((int)partial.Length), Cancellation);
            await store.CommitAsync(partial, "test", Cancellation);
            partial.Dispose();
            partial.Handle.Dispose();
            Assert.Equal(bytes, await File.ReadAllBytesAsync(store.PathOf(file)!, Cancellation));
        }

        Assert.Empty(Directory.EnumerateFiles(_folder["partial"]));
    }

    [Fact]
    public async Task Open_KilledBetweenRenameAndJournal_ClearsTheJournal()
    {
        var file = Sample.Describe([1, 2, 3]);
        using (var store = Open()) await PutAsync(store, file, [1, 2, 3]);
        await File.WriteAllBytesAsync(_folder[Path.Combine("partial", $"{file.Sha1}.partial.pieces")], new byte[32], Cancellation);

        using var reopened = Open();
        Assert.True(reopened.Contains(file));
        Assert.Empty(Directory.EnumerateFiles(_folder["partial"]));
    }

    [Fact]
    public async Task VerifyAsync_DamagedFiles_ArePutAside()
    {
        var files = new List<ContentFile>();
        using var store = Open();
        for (var i = 0; i < 4; i++)
        {
            var bytes = Sample.Bytes(10_000, seed: i);
            files.Add(Sample.Describe(bytes));
            await PutAsync(store, files[i], bytes);
        }

        Overwrite(store.PathOf(files[0])!, 500, [0, 0, 0, 0]);
        SetLength(store.PathOf(files[1])!, 9_999);
        File.Delete(store.PathOf(files[2])!);
        var damagedPath = store.PathOf(files[0])!;

        var damaged = await store.VerifyAsync(Cancellation);

        Assert.Equal(files.Take(3).Select(file => file.Sha1).ToHashSet(), damaged.Select(stored => stored.Sha1).ToHashSet());
        Assert.Equal([false, false, false, true], files.Select(store.Contains));
        Assert.False(File.Exists(damagedPath));
        Assert.Equal(2, Directory.EnumerateFiles(_folder["quarantine"]).Count());
        Assert.Equal(2, _counters.Read().FilesQuarantined);
    }

    [Fact]
    public async Task OpenRead_FileCutShort_PutsItAside()
    {
        var bytes = Sample.Bytes(10_000);
        var file = Sample.Describe(bytes);
        using var store = Open();
        await PutAsync(store, file, bytes);
        SetLength(store.PathOf(file)!, 5_000);

        Assert.Null(await store.OpenReadAsync(file));
        Assert.False(store.Contains(file));
        await PutAsync(store, file, bytes);
        using var handle = await store.OpenReadAsync(file);
        Assert.NotNull(handle);
    }

    [Fact]
    public async Task OpenPartial_DiskFull_SaysSoAndChangesNothing()
    {
        var file = Sample.Describe(Sample.Bytes(10_000));
        using var store = Open(reserved: 1_000);
        store.AvailableSpace = () => 10_999;
        var full = await Assert.ThrowsAnyAsync<UnavailableException>(() => store.OpenPartialAsync(file, Cancellation));
        Assert.Contains("10000 bytes more, 9999 are free", full.Message, StringComparison.Ordinal);
        store.AvailableSpace = () => 11_000;
        await PutAsync(store, file, Sample.Bytes(10_000));
    }

    [Fact]
    public void Open_FolderInUse_IsRefused()
    {
        using var store = Open();
        var refused = Assert.Throws<UnavailableException>(() => Open());
        Assert.Contains("a folder of its own", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_StrangeFile_IsLeftAlone()
    {
        Directory.CreateDirectory(_folder[Path.Combine("files", "ab")]);
        File.WriteAllText(_folder[Path.Combine("files", "ab", "notes.txt")], "hello");
        using var store = Open();
        Assert.Equal(0, store.Count);
        Assert.True(File.Exists(_folder[Path.Combine("files", "ab", "notes.txt")]));
    }

    public void Dispose() => _folder.Dispose();

    private ContentStore Open(long reserved = 0) => new(new ContentOptions { Directory = _folder.Path, ReservedBytes = reserved }, _counters, NullLogger<ContentStore>.Instance);

    private static async Task PutAsync(ContentStore store, ContentFile file, byte[] bytes)
    {
        var partial = await store.OpenPartialAsync(file, Cancellation);
        try
        {
            partial.Restart();
            foreach (var part in bytes.Chunk(700_001)) await partial.AppendAsync(part, Cancellation);
            await store.CommitAsync(partial, "test", Cancellation);
        }
        finally
        {
            partial.Dispose();
            partial.Handle.Dispose();
        }
    }

    private static void SetLength(string path, long length)
    {
        using var stream = File.OpenWrite(path);
        stream.SetLength(length);
    }

    private static void Overwrite(string path, long offset, byte[] bytes)
    {
        using var stream = File.OpenWrite(path);
        stream.Position = offset;
        stream.Write(bytes);
    }
}
