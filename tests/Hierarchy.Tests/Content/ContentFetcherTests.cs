using System.Net;
using Hierarchy.Content;
using Hierarchy.Content.Store;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Content;

public sealed class ContentFetcherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Sample _catalog = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_FiftyAskersAtOnce_AskTheParentOnce()
    {
        var bytes = Sample.Bytes(3_000_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.PauseAt = 1_000_000;
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url, options => options.ServerId = new Guid(1, 2, 3, new byte[8]));

        var firstBytes = 0;
        var askers = Enumerable.Range(0, 50).Select(async _ =>
        {
            using var response = await server.GetAsync(ContentPath.For(file), userAgent: "hierarchy-agent/1.0");
            await using var body = await response.Content.ReadAsStreamAsync(Cancellation);
            var received = new MemoryStream();
            received.WriteByte((byte)body.ReadByte());
            if (Interlocked.Increment(ref firstBytes) == 50) origin.Gate.SetResult();
            await body.CopyToAsync(received, Cancellation);
            return received.ToArray();
        }).ToArray();

        // The gate opens only when all fifty have a first byte: bytes go out while they arrive.
        foreach (var received in await Task.WhenAll(askers)) Assert.Equal(bytes, received);
        var request = Assert.Single(origin.Requests);
        Assert.Equal("hierarchy-server/1.0", request.UserAgent);
        Assert.Equal("00000001-0002-0003-0000-000000000000", request.Server);
        // A piece is counted once it is written: the reader may be a moment ahead.
        await Eventually.HoldsAsync("all is counted", () => server.Counts.BytesServedToAgents >= 50 * 3_000_000L);
        Assert.Equal((50 * 3_000_000L, 3_000_000L), (server.Counts.BytesServedToAgents, server.Counts.BytesFetchedFromParent));
        Assert.Empty(server.Fetcher.Transfers);
    }

    [Fact]
    public async Task Ensure_AskerLeaves_TransferGoesOn()
    {
        var bytes = Sample.Bytes(500_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.PauseAt = 100_000;
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        using (var response = await server.GetAsync(ContentPath.For(file))) Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        origin.Gate.SetResult();
        await Eventually.HoldsAsync("the file is stored", () => server.Store.Contains(file));
        Assert.Single(origin.Requests);
    }

    [Fact]
    public async Task Ensure_ConnectionCutTwice_GoesOnWhereItStopped()
    {
        var bytes = Sample.Bytes(3_000_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.Cut = (2, 1_000_000);
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);

        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);

        Assert.Equal(3, origin.Requests.Count);
        Assert.All(origin.Requests.Skip(1), request => Assert.StartsWith("bytes=", request.Range, StringComparison.Ordinal));
        Assert.Equal(3_000_000, server.Counts.BytesFetchedFromParent);
    }

    [Fact]
    public async Task Ensure_AfterRestart_FetchesNoVerifiedPieceAgain()
    {
        var bytes = Sample.Bytes(5_000_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.PauseAt = 2_500_000;
        await using (var killed = await ContentServer.StartAsync(_folder, _catalog, origin.Url))
        {
            var waiting = killed.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
            await Eventually.HoldsAsync("half is here", () => killed.Counts.BytesFetchedFromParent == 2_500_000);
            killed.Fetcher.Stop();
            await Assert.ThrowsAsync<UnavailableException>(() => waiting);
        }

        origin.Gate.SetResult();
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);

        const int verified = 2 * PieceJournal.PieceLength;
        Assert.Equal($"bytes={verified}-", origin.Requests.Last().Range);
        Assert.Equal(bytes.Length - verified, server.Counts.BytesFetchedFromParent);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(server.Store.PathOf(file)!, Cancellation));
    }

    [Fact]
    public async Task Ensure_OriginWithoutRanges_SkipsWhatIsHere()
    {
        var bytes = Sample.Bytes(300_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.KnowsRanges = false;
        origin.Cut = (1, 100_000);
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);

        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(server.Store.PathOf(file)!, Cancellation));
    }

    [Fact]
    public async Task Ensure_WrongBytesFromTheParent_StoresNothingAndAsksNoMore()
    {
        var bytes = Sample.Bytes(2_000_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, [.. bytes[..1_500_000], .. Sample.Bytes(500_000, seed: 9)]);
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);

        await Assert.ThrowsAsync<IntegrityException>(() => server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation));
        using (var refused = await server.GetAsync(ContentPath.For(file))) Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);

        Assert.Single(origin.Requests);
        Assert.False(server.Store.Contains(file));
        Assert.Equal(["lock"], Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
        Assert.Equal((1L, 0L), (server.Counts.VerificationFailures, server.Counts.BytesServedToClients));
    }

    [Fact]
    public async Task Get_WrongBytesWhileStreaming_BreaksTheConnectionBeforeTheEnd()
    {
        var bytes = Sample.Bytes(2_000_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        bytes[^1] ^= 1;
        origin.Serve(file, bytes);
        origin.PauseAt = 1_000_000;
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);

        using var response = await server.GetAsync(ContentPath.For(file));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        origin.Gate.SetResult();
        var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.CopyToAsync(received, Cancellation));
        Assert.True(received.Length < file.Size);
        Assert.False(server.Store.Contains(file));
    }

    [Fact]
    public async Task Ensure_WrongPartFromAnEarlierProcess_StartsOverOnce()
    {
        var bytes = Sample.Bytes(3_000_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, Sample.Bytes(3_000_000, seed: 5));
        origin.PauseAt = 2_500_000;
        await using (var killed = await ContentServer.StartAsync(_folder, _catalog, origin.Url))
        {
            var waiting = killed.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
            await Eventually.HoldsAsync("half is here", () => killed.Counts.BytesFetchedFromParent == 2_500_000);
            killed.Fetcher.Stop();
            await Assert.ThrowsAsync<UnavailableException>(() => waiting);
        }

        // The parent has been mended meanwhile; what is here already is of the wrong file.
        origin.Gate.SetResult();
        origin.Serve(file, bytes);
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(server.Store.PathOf(file)!, Cancellation));
        Assert.Equal(["", "bytes=2097152-", ""], origin.Requests.Select(request => request.Range));
    }

    [Theory]
    [InlineData(1_999_999)]
    [InlineData(2_000_001)]
    public async Task Ensure_OtherLengthAtTheParent_TakesNotAByte(int length)
    {
        var file = _catalog.Add(Sample.Bytes(2_000_000));
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, Sample.Bytes(length));
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        var wrong = await Assert.ThrowsAsync<IntegrityException>(() => server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation));
        Assert.Contains($"has {length} bytes, the catalog says 2000000", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Counts.BytesFetchedFromParent);
    }

    [Fact]
    public async Task Ensure_ParentBusyThenWell_TriesAgain()
    {
        var bytes = Sample.Bytes(100_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.Refuse = (2, 503);
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        Assert.Equal(3, origin.Requests.Count);
    }

    [Fact]
    public async Task Ensure_ParentGone_GivesUpAfterItsAttemptsAndTellsTheAsker()
    {
        var file = _catalog.Add(Sample.Bytes(100_000));
        await using var origin = await ScriptedOrigin.StartAsync();
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        var gone = await Assert.ThrowsAsync<UnavailableException>(() => server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation));
        Assert.Contains("does not have content update.exe", gone.Message, StringComparison.Ordinal);
        Assert.Equal(3, origin.Requests.Count);
        using var refused = await server.GetAsync(ContentPath.For(file));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 10), (refused.StatusCode, (int)refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
    }

    [Fact]
    public async Task Ensure_NoOrigin_SaysWhatToConfigure()
    {
        var file = _catalog.Add(Sample.Bytes(100));
        await using var server = await ContentServer.StartAsync(_folder, _catalog, parent: null);
        var nowhere = await Assert.ThrowsAsync<UnavailableException>(() => server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation));
        Assert.Contains("Content:ParentUrl", nowhere.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ensure_FromMicrosoftUpdate_TakesTheUrlOfTheCatalog()
    {
        var bytes = Sample.Bytes(200_000);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve("/c/msdownload/update.cab", bytes);
        var file = _catalog.Add(bytes, hasSha256: false, url: new Uri(origin.Url, "/c/msdownload/update.cab").AbsoluteUri);
        var local = _catalog.Add(Sample.Bytes(10, seed: 3), url: "file:///etc/passwd");
        await using var server = await ContentServer.StartAsync(_folder, _catalog, configure: options => options.Source = ContentSource.MicrosoftUpdate);
        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        Assert.Equal((200_000L, 0L), (server.Counts.BytesFetchedFromMicrosoftUpdate, server.Counts.BytesFetchedFromParent));
        await Assert.ThrowsAsync<UnavailableException>(() => server.Fetcher.EnsureAsync(local, TransferPriority.Ahead, Cancellation));
    }

    [Fact]
    public async Task Ensure_DiskFull_ChangesNothingAndGoesOnOnceThereIsRoom()
    {
        var bytes = Sample.Bytes(100_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        var real = server.Store.AvailableSpace;
        server.Store.AvailableSpace = () => 1_000;
        var full = await Assert.ThrowsAsync<UnavailableException>(() => server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation));
        Assert.Contains("is full", full.Message, StringComparison.Ordinal);
        Assert.Empty(origin.Requests);
        server.Store.AvailableSpace = real;
        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        Assert.True(server.Store.Contains(file));
    }

    [Fact]
    public async Task Ensure_NothingArrives_CutsAndTriesAgain()
    {
        var bytes = Sample.Bytes(100_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.PauseAt = 50_000;
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url, options => options.StallTimeout = TimeSpan.FromMilliseconds(200));
        var waiting = server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        await Eventually.HoldsAsync("a second attempt", () => origin.Requests.Count > 1);
        origin.Gate.SetResult();
        await waiting;
        Assert.Equal(100_000, server.Counts.BytesFetchedFromParent);
    }

    [Fact]
    public async Task Prefetch_ManyFiles_FetchesWhatIsMissingAFewAtATime()
    {
        await using var origin = await ScriptedOrigin.StartAsync();
        var files = Enumerable.Range(0, 12).Select(i =>
        {
            var bytes = Sample.Bytes(50_000 + i, seed: i);
            var file = _catalog.Add(bytes);
            if (i != 7) origin.Serve(file, bytes);
            return file;
        }).ToArray();
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url, options => options.MaxParallel = 3);

        await server.Fetcher.EnsureAsync(files[0], TransferPriority.Ahead, Cancellation);
        var result = await server.Fetcher.PrefetchAsync(files, Cancellation);

        Assert.Equal((1, 10), (result.Present, result.Fetched));
        Assert.Equal(files[7], Assert.Single(result.Failed).File);
    }

    [Fact]
    public async Task Repair_DamagedFile_IsFetchedAgain()
    {
        var bytes = Sample.Bytes(100_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        await using (var damage = File.OpenWrite(server.Store.PathOf(file)!)) damage.Write([0, 0, 0, 0]);

        var result = await server.Fetcher.RepairAsync(_catalog, Cancellation);

        Assert.Equal(file.Sha1, Assert.Single(result.Damaged).Sha1);
        Assert.Equal(1, result.Fetched.Fetched);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(server.Store.PathOf(file)!, Cancellation));
    }

    [Fact]
    public async Task Want_NewListWhileFetching_FetchesBoth()
    {
        var bytes = new[] { Sample.Bytes(100_000), Sample.Bytes(100_000, seed: 2) };
        var files = bytes.Select(b => _catalog.Add(b)).ToArray();
        await using var origin = await ScriptedOrigin.StartAsync();
        for (var i = 0; i < 2; i++) origin.Serve(files[i], bytes[i]);
        origin.PauseAt = 50_000;
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);

        server.Ahead.Want([files[0]]);
        await Eventually.HoldsAsync("the first is asked for", () => origin.Requests.Count == 1);
        server.Ahead.Want(files);
        await Eventually.HoldsAsync("the second is asked for", () => origin.Requests.Count == 2);
        origin.Gate.SetResult();
        await Eventually.HoldsAsync("all is here", () => server.Ahead.Coverage().Missing == 0);
        Assert.Equal(2, origin.Requests.Count);
    }

    public void Dispose() => _folder.Dispose();
}
