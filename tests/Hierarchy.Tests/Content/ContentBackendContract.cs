using Hierarchy.Content;
using Hierarchy.Content.Adoption;
using Hierarchy.Content.Store;
using Hierarchy.Domain;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>What every storage of verified files keeps to.</summary>
public abstract class ContentBackendContract : IDisposable
{
    private static readonly byte[] Bytes = Sample.Bytes(1_500_000);

    protected TemporaryFolder Folder { get; } = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_Listed_ReadFromAnyPlace_AndStillThereAfterAnotherOpening()
    {
        var file = Sample.Describe(Bytes);
        var stored = await PublishAsync(Open(), file);

        var backend = Open();
        Assert.Equal(stored, Assert.Single(backend.List()));
        using var bytes = backend.Open(stored)!;
        Assert.Equal(Bytes.Length, bytes.Length);
        var buffer = new byte[1000];
        foreach (var offset in new[] { 1_000_000, 0, 1_499_000 })
        {
            Assert.Equal(1000, await ReadAsync(bytes, offset, buffer));
            Assert.Equal(Bytes[offset..(offset + 1000)], buffer);
        }

        Assert.Equal(0, await bytes.ReadAsync(Bytes.Length, buffer, Cancellation));
    }

    [Fact]
    public async Task Publish_Again_ReplacesAndWhoReadsReadsOn()
    {
        var backend = Open();
        var stored = await PublishAsync(backend, Sample.Describe(Bytes));
        using var before = backend.Open(stored)!;
        await PublishAsync(backend, Sample.Describe(Bytes));
        var buffer = new byte[1000];
        Assert.Equal(1000, await ReadAsync(before, 777, buffer));
        Assert.Equal(Bytes[777..1777], buffer);
        Assert.Single(backend.List());
    }

    [Fact]
    public async Task Remove_GoneFromList_ReaderReadsOn_AndAgainIsNoFailure()
    {
        var backend = Open();
        var stored = await PublishAsync(backend, Sample.Describe(Bytes));
        using var reading = backend.Open(stored)!;

        await backend.RemoveAsync(stored);
        await backend.RemoveAsync(stored);

        Assert.Empty(backend.List());
        Assert.Null(backend.Open(stored));
        Assert.Equal(1000, await ReadAsync(reading, 5, new byte[1000]));
    }

    [Fact]
    public async Task PutAside_NotListed_ClearedByAge()
    {
        var backend = Open();
        var stored = await PublishAsync(backend, Sample.Describe(Bytes));

        Assert.NotEmpty(await backend.PutAsideAsync(stored));

        Assert.Empty(backend.List());
        var now = TimeProvider.System.GetUtcNow();
        Assert.Equal((0, 0L), await backend.ClearAsideAsync(now.AddHours(-1), whatIf: false));
        Assert.Equal((1, 1_500_000L), await backend.ClearAsideAsync(now.AddHours(1), whatIf: true));
        Assert.Equal((1, 1_500_000L), await backend.ClearAsideAsync(now.AddHours(1), whatIf: false));
        Assert.Equal((0, 0L), await backend.ClearAsideAsync(now.AddHours(1), whatIf: false));
    }

    [Fact]
    public async Task Store_OverIt_AdoptsServesVerifiesAndRemoves()
    {
        var catalog = new Sample();
        var file = catalog.Add(Bytes);
        var wsus = Folder["WsusContent" + ContentPath.For(file)["/Content".Length..]];
        Directory.CreateDirectory(Path.GetDirectoryName(wsus)!);
        await File.WriteAllBytesAsync(wsus, Bytes, Cancellation);
        var counters = new ContentCounters();
        using var store = new ContentStore(
            new ContentOptions { Directory = Folder["content"], ReservedBytes = 0 }, counters, NullLogger<ContentStore>.Instance, Open());
        using var adopter = new ContentAdopter(store, catalog, NullLogger<ContentAdopter>.Instance);

        var adopted = await adopter.AdoptAsync(Folder["WsusContent"], AdoptionMode.LinkOrCopy, progress: null, Cancellation);
        Assert.Equal(1, adopted.Linked + adopted.Copied);
        Assert.Empty(await store.VerifyAsync(Cancellation));
        using (var bytes = await store.OpenReadAsync(file)) Assert.Equal(Bytes.Length, bytes!.Length);

        Rot();
        Assert.Single(await store.VerifyAsync(Cancellation));
        Assert.False(store.Contains(file));
        Assert.Equal(1, counters.Read().FilesQuarantined);

        var arrival = ContentArrival.Begin(store, file);
        await arrival.AppendAsync(Bytes, Cancellation);
        await arrival.CompleteAsync("test", Cancellation);
        await arrival.DisposeAsync();
        Assert.True(await store.RemoveAsync(store.Find(file)!, Cancellation));
        Assert.Equal((0, 0L), (store.Count, store.TotalBytes));
        Assert.Empty(Directory.EnumerateFiles(Folder[Path.Combine("content", "partial")]));
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the same storage anew.</summary>
    internal abstract IContentBackend Open();

    /// <summary>Changes a byte of everything that is kept.</summary>
    protected abstract void Rot();

    private async Task<StoredFile> PublishAsync(IContentBackend backend, ContentFile file)
    {
        var path = Folder["arrived"];
        await File.WriteAllBytesAsync(path, Bytes, Cancellation);
        var stored = new StoredFile(file.Sha1, file.Sha256!.Value, file.Size);
        await backend.PublishAsync(path, stored, Cancellation);
        Assert.False(File.Exists(path));
        return stored;
    }

    private static async Task<int> ReadAsync(IContentBytes bytes, long offset, byte[] buffer)
    {
        var done = 0;
        for (int read; done < buffer.Length && (read = await bytes.ReadAsync(offset + done, buffer.AsMemory(done), Cancellation)) > 0;) done += read;
        return done;
    }
}

/// <inheritdoc/>
public sealed class FolderBackendTests : ContentBackendContract
{
    internal override IContentBackend Open() => new FolderBackend(new StoreLayout(Folder["content"]), TimeProvider.System, NullLogger.Instance);

    protected override void Rot()
    {
        foreach (var path in Directory.EnumerateFiles(Folder[Path.Combine("content", "files")], "*", SearchOption.AllDirectories))
        {
            using var stream = File.OpenWrite(path);
            stream.Write([0, 0, 0, 0]);
        }
    }
}

/// <summary>That the seam is one: a storage without files, paths and renames fits behind it.</summary>
public sealed class BucketBackendTests : ContentBackendContract
{
    private readonly BucketBackend _bucket = new();

    [Fact]
    public async Task Store_BucketRefuses_SaysSoAndKeepsItsIndex()
    {
        using var store = new ContentStore(new ContentOptions { Directory = Folder["content"] }, new ContentCounters(), NullLogger<ContentStore>.Instance, _bucket);
        var file = Sample.Describe([1, 2, 3]);
        var arrival = ContentArrival.Begin(store, file);
        await arrival.AppendAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        _bucket.Refuses = true;
        var refused = await Assert.ThrowsAnyAsync<UnavailableException>(async () => await arrival.CompleteAsync("test", TestContext.Current.CancellationToken));
        await arrival.DisposeAsync();
        Assert.Contains("bucket", refused.Message, StringComparison.Ordinal);
        Assert.False(store.Contains(file));
    }

    internal override IContentBackend Open() => _bucket;

    protected override void Rot() => _bucket.Rot();
}
