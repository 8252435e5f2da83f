using System.Net;
using Hierarchy.Content;
using Hierarchy.Content.Transfer;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>Two servers of a site with one parent: a file crosses the way into the site once.</summary>
public sealed class SiblingTests : IDisposable
{
    private static readonly Guid One = new(1, 0, 0, new byte[8]);
    private static readonly Guid Two = new(2, 0, 0, new byte[8]);

    private readonly TemporaryFolder _folder1 = new();
    private readonly TemporaryFolder _folder2 = new();
    private readonly Sample _catalog = new();
    private Uri? _url1;
    private Uri? _url2;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prefetch_BothServersAtOnce_EachFileCrossesOnce()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        var files = Enumerable.Range(0, 40).Select(i => Add(parent, 60_000 + i, i)).ToArray();
        await using var one = await StartAsync(One, _folder1, parent);
        await using var two = await StartAsync(Two, _folder2, parent);

        var results = await Task.WhenAll(one.Fetcher.PrefetchAsync(files, Cancellation), two.Fetcher.PrefetchAsync(files, Cancellation));

        Assert.All(results, result => Assert.Empty(result.Failed));
        Assert.All(files, file => Assert.True(one.Store.Contains(file) && two.Store.Contains(file)));
        Assert.Equal(40, parent.Requests.Count);
        Assert.Equal(files.Sum(file => file.Size), parent.BytesSent);
        Assert.Equal(files.Sum(file => file.Size), one.Counts.BytesFetchedFromSiblings + two.Counts.BytesFetchedFromSiblings);
        // Both have carried some: neither is the site's only way out.
        Assert.True(one.Counts.BytesFetchedFromParent > 0 && two.Counts.BytesFetchedFromParent > 0);
    }

    [Fact]
    public async Task Get_AtBothServersAtOnce_BothClientsFollowOneTransfer()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        var file = Add(parent, 2_000_000, 7);
        parent.PauseAt = 1_000_000;
        await using var one = await StartAsync(One, _folder1, parent);
        await using var two = await StartAsync(Two, _folder2, parent);

        using var first = await one.GetAsync(ContentPath.For(file));
        using var second = await two.GetAsync(ContentPath.For(file));
        parent.Gate.SetResult();

        var expected = Sample.Bytes(2_000_000, 7);
        Assert.Equal(expected, await first.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(expected, await second.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Single(parent.Requests);
    }

    [Fact]
    public async Task Ensure_SiblingIsDown_ComesFromTheParent()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        var files = Enumerable.Range(0, 10).Select(i => Add(parent, 50_000, i)).ToArray();
        await using var one = await StartAsync(One, _folder1, parent);
        _url2 = new Uri("http://127.0.0.1:9");

        foreach (var file in files) await one.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);

        Assert.Equal(10, parent.Requests.Count);
        Assert.Equal(0, one.Counts.BytesFetchedFromSiblings);
    }

    [Fact]
    public async Task Ensure_SiblingDoesNotGetItInTime_ComesFromTheParent()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        await using var slow = await ScriptedOrigin.StartAsync();
        var bytes = Sample.Bytes(50_000);
        var file = _catalog.Add(bytes);
        parent.Serve(file, bytes);
        // It answers nothing at all before its gate is opened.
        slow.PauseAt = 0;
        slow.Serve(file, bytes);
        slow.HoldsHeaders = true;
        _url2 = slow.Url;
        await using var one = await StartAsync(One, _folder1, parent, options => options.SiblingPatience = options.SiblingPatienceAhead = TimeSpan.FromMilliseconds(300));

        await one.Fetcher.EnsureAsync(file, TransferPriority.OnDemand, Cancellation);

        Assert.Single(parent.Requests);
        Assert.True(one.Store.Contains(file));
    }

    [Fact]
    public async Task Get_BySiblingForWhatWaitsForASiblingItself_IsRefusedAtOnce()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        await using var other = await ScriptedOrigin.StartAsync();
        _url2 = other.Url;
        other.HoldsHeaders = true;
        other.PauseAt = 0;
        var file = OwnedBy(Two);
        other.Serve(file, Sample.Bytes(1_000));
        await using var one = await StartAsync(One, _folder1, parent);
        var waiting = one.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        await Eventually.HoldsAsync("the sibling to be asked", () => !other.Requests.IsEmpty);

        // The other one takes this server for the one that fetches: neither may wait for the other.
        using var refused = await one.GetAsync(ContentPath.For(file), configure: request => request.Headers.Add("X-Hierarchy-Sibling", "ahead"));

        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        other.Gate.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
    }

    [Fact]
    public async Task Get_BySibling_IsNotPassedOnToASibling()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        await using var other = await ScriptedOrigin.StartAsync();
        _url2 = other.Url;
        var file = OwnedBy(Two);
        var bytes = Bytes(file);
        other.Serve(file, bytes);
        parent.Serve(file, bytes);
        await using var one = await StartAsync(One, _folder1, parent);

        using var response = await one.GetAsync(ContentPath.For(file), configure: request => request.Headers.Add("X-Hierarchy-Sibling", "on-demand"));

        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Empty(other.Requests);
        Assert.Single(parent.Requests);
    }

    [Fact]
    public async Task Get_BySiblingOnlyIfStored_FetchesNothing()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        var file = Add(parent, 5_000, 3);
        await using var one = await StartAsync(One, _folder1, parent);

        using (var absent = await one.GetAsync(ContentPath.For(file), configure: request => request.Headers.Add("X-Hierarchy-Sibling", "stored")))
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.Empty(parent.Requests);

        await one.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        using var there = await one.GetAsync(ContentPath.For(file), configure: request => request.Headers.Add("X-Hierarchy-Sibling", "stored"));
        Assert.Equal(HttpStatusCode.OK, there.StatusCode);
    }

    [Fact]
    public async Task Ensure_OwnDiskIsFull_BlamesNoSibling()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        await using var other = await ScriptedOrigin.StartAsync();
        _url2 = other.Url;
        var file = OwnedBy(Two);
        other.Serve(file, Bytes(file));
        await using var one = await StartAsync(One, _folder1, parent);
        var real = one.Store.AvailableSpace;
        one.Store.AvailableSpace = () => 10;

        var full = await Assert.ThrowsAsync<Hierarchy.Domain.UnavailableException>(() => one.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation));
        Assert.Contains("is full", full.Message, StringComparison.Ordinal);
        Assert.Contains("is full", Assert.Single(one.Fetcher.Failed).Reason, StringComparison.Ordinal);

        one.Store.AvailableSpace = real;
        await one.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        Assert.Equal((1000L, 0), (one.Counts.BytesFetchedFromSiblings, parent.Requests.Count));
        Assert.Empty(one.Fetcher.Failed);
    }

    [Fact]
    public async Task Ensure_GarbageFromTheSibling_ComesFromTheParent()
    {
        await using var parent = await ScriptedOrigin.StartAsync();
        await using var other = await ScriptedOrigin.StartAsync();
        _url2 = other.Url;
        var file = OwnedBy(Two);
        other.Serve(file, Sample.Bytes(1_000, seed: 99));
        parent.Serve(file, Bytes(file));
        await using var one = await StartAsync(One, _folder1, parent);

        await one.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);

        Assert.True(one.Store.Contains(file));
        Assert.Equal((1L, 1000L), (one.Counts.VerificationFailures, one.Counts.BytesFetchedFromParent));
    }

    public void Dispose()
    {
        _folder1.Dispose();
        _folder2.Dispose();
    }

    /// <summary>A file of 1,000 bytes that this server is to fetch for the site.</summary>
    private ContentFile OwnedBy(Guid server) => _catalog.Add(Enumerable.Range(0, 100).Select(seed => Sample.Bytes(1_000, seed)).First(
        bytes => Hierarchy.Domain.Sites.ServerRanking.Weight(Sample.Describe(bytes).Sha1.ToString(), server) > Hierarchy.Domain.Sites.ServerRanking.Weight(Sample.Describe(bytes).Sha1.ToString(), server == One ? Two : One)));

    private static byte[] Bytes(ContentFile file) => Enumerable.Range(0, 100).Select(seed => Sample.Bytes(1_000, seed)).First(bytes => Sample.Describe(bytes).Sha1 == file.Sha1);

    private ContentFile Add(ScriptedOrigin parent, int length, int seed)
    {
        var bytes = Sample.Bytes(length, seed);
        var file = _catalog.Add(bytes);
        parent.Serve(file, bytes);
        return file;
    }

    private async Task<ContentServer> StartAsync(Guid self, TemporaryFolder folder, ScriptedOrigin parent, Action<ContentOptions>? configure = null)
    {
        var server = await ContentServer.StartAsync(
            folder, _catalog, parent.Url,
            options =>
            {
                options.ServerId = self;
                options.MaxAttempts = 1;
                configure?.Invoke(options);
            },
            origins: options => new SiteOrigins(new ConfiguredOrigins(options), self, "branch", () => Neighbours(self), TimeProvider.System));
        if (self == One) _url1 = server.Url;
        else _url2 = server.Url;
        return server;
    }

    private SiteNeighbour[] Neighbours(Guid self) =>
        self == One ? _url2 is null ? [] : [new SiteNeighbour(Two, _url2)] : _url1 is null ? [] : [new SiteNeighbour(One, _url1)];
}
