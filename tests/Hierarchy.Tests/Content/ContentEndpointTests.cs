using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hierarchy.Content;
using Hierarchy.Domain.Distribution;
using Hierarchy.Content.Transfer;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Content;

public sealed class ContentEndpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _parentFolder = new();
    private readonly Sample _catalog = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_StoredFile_IsSentWhole()
    {
        var bytes = Sample.Bytes(1_000_000);
        var (server, file) = await StartWithAsync(bytes);
        await using var _ = server;

        using var response = await server.GetAsync(ContentPath.For(file).ToLowerInvariant(), userAgent: "Windows-Update-Agent");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(1_000_000, response.Content.Headers.ContentLength);
        Assert.Equal($"\"{file.Sha256}\"", response.Headers.ETag!.ToString());
        Assert.NotNull(response.Content.Headers.LastModified);
        Assert.Equal("bytes", response.Headers.AcceptRanges.Single());
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Cancellation));
        // A piece is counted once it is written: the reader may be a moment ahead.
        await Eventually.HoldsAsync("all is counted", () => server.Counts.BytesServedToClients >= 1_000_000);
        Assert.Equal((1_000_000L, 0L), (server.Counts.BytesServedToClients, server.Counts.BytesServedToAgents));
    }

    [Fact]
    public async Task Head_FileNotHere_IsAnsweredFromTheCatalog()
    {
        var file = _catalog.Add(Sample.Bytes(5_000));
        await using var server = await ContentServer.StartAsync(_folder, _catalog);
        using var response = await server.GetAsync(ContentPath.For(file), range: "bytes=0-9", method: HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, 5_000L), (response.StatusCode, response.Content.Headers.ContentLength!.Value));
        Assert.Empty(server.Fetcher.Transfers);
    }

    [Theory]
    [InlineData("/Content/AB/2F88DF42DA48AA980FB748D13BAA2DE49CD154AB.exe")]
    [InlineData("/Content/AC/2F88DF42DA48AA980FB748D13BAA2DE49CD154AB.exe")]
    [InlineData("/Content/AB/..%2F..%2Flock")]
    [InlineData("/Content/%2e%2e/lock")]
    [InlineData("/Content/lock")]
    [InlineData("/Content/AB/2F88DF42DA48AA980FB748D13BAA2DE49CD154AB.exe/more")]
    public async Task Get_NameThatNoUpdateHas_IsNotFound(string path)
    {
        await using var server = await ContentServer.StartAsync(_folder, _catalog);
        using var response = await server.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Post_Content_IsNotAllowed()
    {
        var (server, file) = await StartWithAsync([1]);
        await using var _ = server;
        using var response = await server.GetAsync(ContentPath.For(file), method: HttpMethod.Post);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 0)]
    [InlineData("bytes=100-199", 100, 199)]
    [InlineData("bytes=999990-", 999_990, 999_999)]
    [InlineData("bytes=-5", 999_995, 999_999)]
    [InlineData("bytes=500000-2000000", 500_000, 999_999)]
    public async Task Get_OneRange_IsPartialContent(string range, int from, int to)
    {
        var bytes = Sample.Bytes(1_000_000);
        var (server, file) = await StartWithAsync(bytes);
        await using var _ = server;
        using var response = await server.GetAsync(ContentPath.For(file), range);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {from}-{to}/1000000", response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(to - from + 1, response.Content.Headers.ContentLength);
        Assert.Equal(bytes[from..(to + 1)], await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Get_RangeBeyondTheEnd_IsNotSatisfiable()
    {
        var (server, file) = await StartWithAsync(Sample.Bytes(1_000));
        await using var _ = server;
        using var response = await server.GetAsync(ContentPath.For(file), "bytes=1000-");
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Equal("bytes */1000", response.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task Get_SeveralRanges_AreParts()
    {
        var bytes = Sample.Bytes(1_000_000);
        var (server, file) = await StartWithAsync(bytes);
        await using var _ = server;

        using var response = await server.GetAsync(ContentPath.For(file), "bytes=500000-599999,0-9,-1");

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("multipart/byteranges", response.Content.Headers.ContentType!.MediaType);
        var boundary = response.Content.Headers.ContentType.Parameters.Single().Value!;
        var body = await response.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        var reader = new Microsoft.AspNetCore.WebUtilities.MultipartReader(boundary, new MemoryStream(body));
        foreach (var (from, to) in new[] { (500_000, 599_999), (0, 9), (999_999, 999_999) })
        {
            var part = await reader.ReadNextSectionAsync(Cancellation);
            Assert.Equal($"bytes {from}-{to}/1000000", part!.Headers!["Content-Range"]);
            Assert.Equal("application/octet-stream", part.ContentType);
            var content = new MemoryStream();
            await part.Body.CopyToAsync(content, Cancellation);
            Assert.Equal(bytes[from..(to + 1)], content.ToArray());
        }

        Assert.Null(await reader.ReadNextSectionAsync(Cancellation));
        // A piece is counted once it is written: the reader may be a moment ahead.
        await Eventually.HoldsAsync("all is counted", () => server.Counts.BytesServedToClients >= 100_011);
        Assert.Equal(100_011, server.Counts.BytesServedToClients);
    }

    [Theory]
    [InlineData("If-None-Match", "{etag}", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "W/{etag}", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "\"other\"", HttpStatusCode.PartialContent)]
    [InlineData("If-Match", "{etag}", HttpStatusCode.PartialContent)]
    [InlineData("If-Match", "*", HttpStatusCode.PartialContent)]
    [InlineData("If-Match", "\"other\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("If-Modified-Since", "{date}", HttpStatusCode.NotModified)]
    [InlineData("If-Modified-Since", "Mon, 01 Jan 1990 00:00:00 GMT", HttpStatusCode.PartialContent)]
    [InlineData("If-Unmodified-Since", "Mon, 01 Jan 1990 00:00:00 GMT", HttpStatusCode.PreconditionFailed)]
    [InlineData("If-Unmodified-Since", "{date}", HttpStatusCode.PartialContent)]
    [InlineData("If-Range", "{etag}", HttpStatusCode.PartialContent)]
    [InlineData("If-Range", "W/{etag}", HttpStatusCode.OK)]
    [InlineData("If-Range", "\"other\"", HttpStatusCode.OK)]
    [InlineData("If-Range", "{date}", HttpStatusCode.PartialContent)]
    [InlineData("If-Range", "Mon, 01 Jan 1990 00:00:00 GMT", HttpStatusCode.OK)]
    public async Task Get_Conditional_FollowsTheValidators(string header, string value, HttpStatusCode expected)
    {
        var (server, file) = await StartWithAsync(Sample.Bytes(1_000));
        await using var _ = server;
        using var head = await server.GetAsync(ContentPath.For(file), method: HttpMethod.Head);
        value = value.Replace("{etag}", head.Headers.ETag!.ToString(), StringComparison.Ordinal)
            .Replace("{date}", head.Content.Headers.LastModified!.Value.ToString("r", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        using var response = await server.GetAsync(ContentPath.For(file), "bytes=0-9", configure: request => request.Headers.TryAddWithoutValidation(header, value));
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Get_ShuffledRangesOfAFileThatArrives_AreRightAndItsValidatorsStay()
    {
        const int mebi = 1 << 20;
        var bytes = Sample.Bytes(10 * mebi + 77);
        var file = _catalog.Add(bytes, hasSha256: false);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.PauseAt = 3 * mebi;
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
        var order = Enumerable.Range(0, 11).ToArray();
        new Random(4).Shuffle(order);

        var asked = order.Select(async piece =>
        {
            using var response = await server.GetAsync(ContentPath.For(file), $"bytes={piece * mebi}-{(piece + 1) * mebi - 1}", "Microsoft-Delivery-Optimization/10.1");
            Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
            return (piece, body: await response.Content.ReadAsByteArrayAsync(Cancellation), response.Headers.ETag, response.Content.Headers.LastModified);
        }).ToArray();
        await Eventually.HoldsAsync("what has arrived is sent", () => asked.Count(task => task.IsCompletedSuccessfully) >= 3);
        Assert.False(server.Store.Contains(file));
        origin.Gate.SetResult();

        foreach (var (piece, body, _, _) in await Task.WhenAll(asked)) Assert.Equal(bytes[(piece * mebi)..Math.Min((piece + 1) * mebi, bytes.Length)], body);
        Assert.Single(origin.Requests);
        using var stored = await server.GetAsync(ContentPath.For(file), method: HttpMethod.Head);
        Assert.All(asked, task => Assert.Equal((stored.Headers.ETag, stored.Content.Headers.LastModified), (task.Result.ETag, task.Result.LastModified)));
        // A piece is counted once it is written: the reader may be a moment ahead.
        await Eventually.HoldsAsync("all is counted", () => server.Counts.BytesServedToClients >= bytes.Length);
        Assert.Equal((bytes.Length, (long)bytes.Length), (server.Counts.BytesServedToClients, server.Counts.BytesFetchedFromParent));
    }

    [Fact]
    public async Task Get_RangeThatDoesNotArriveInTime_IsRetryLater()
    {
        var bytes = Sample.Bytes(500_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.PauseAt = 100_000;
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url, options => options.FirstByteTimeout = TimeSpan.FromMilliseconds(200));
        using var response = await server.GetAsync(ContentPath.For(file), "bytes=400000-400009");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        origin.Gate.SetResult();
        await server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        Assert.Single(origin.Requests);
    }

    [Fact]
    public async Task Get_DeliveryOptimizationsOwnRequest_GetsTheAnswerThatIisGave()
    {
        var recorded = await File.ReadAllTextAsync(RepositoryRoot.Fixture("wusp/windows11-captured/content-headers/middle-range.request.headers"), Cancellation);
        var answer = await File.ReadAllTextAsync(RepositoryRoot.Fixture("wusp/windows11-captured/content-headers/middle-range.response.headers"), Cancellation);

        // The same headers about a file of our own; the numbers are scaled to it.
        var bytes = Sample.Bytes(2_047_451);
        var (server, file) = await StartWithAsync(bytes);
        await using var _ = server;
        var request = recorded.ReplaceLineEndings("\r\n").TrimEnd()
            .Replace("/Content/AB/2F88DF42DA48AA980FB748D13BAA2DE49CD154AB.exe", ContentPath.For(file), StringComparison.Ordinal)
            .Replace("bytes=102760448-103809023", "bytes=1027604-1038090", StringComparison.Ordinal) + "\r\n\r\n";
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Url.Port, Cancellation);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        var received = new byte[20_000];
        var length = 0;
        int split;
        while ((split = received.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0 || length < split + 4 + 10_487) length += await stream.ReadAsync(received.AsMemory(length), Cancellation);

        var head = Encoding.ASCII.GetString(received, 0, split);
        Assert.StartsWith("HTTP/1.1 206 Partial Content", head, StringComparison.Ordinal);
        foreach (var name in new[] { "Content-Type", "Accept-Ranges" }) Assert.Contains(Line(answer, name), head, StringComparison.Ordinal);
        foreach (var name in new[] { "Last-Modified", "ETag", "Date" }) Line(head, name);
        Assert.Equal("Content-Length: 10487", Line(head, "Content-Length"));
        Assert.Equal("Content-Range: bytes 1027604-1038090/2047451", Line(head, "Content-Range"));
        Assert.Equal(bytes[1_027_604..1_038_091], received[(split + 4)..length]);
    }

    [Fact]
    public async Task Get_FileOfNoUpdateAnyMore_IsServedFromTheStore()
    {
        var (server, file) = await StartWithAsync(Sample.Bytes(1_000));
        await using (server)
        {
        }

        await using var forgetful = await ContentServer.StartAsync(_folder, new Sample());
        using var response = await forgetful.GetAsync(ContentPath.For(file));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Get_EmptyFile_IsSentWithoutFetching()
    {
        var file = _catalog.Add([]);
        await using var server = await ContentServer.StartAsync(_folder, _catalog);
        using var response = await server.GetAsync(ContentPath.For(file));
        Assert.Equal((HttpStatusCode.OK, 0L), (response.StatusCode, response.Content.Headers.ContentLength!.Value));
    }

    [Fact]
    public async Task Get_PolicyNever_AnswersOnlyFromTheStore()
    {
        var file = _catalog.Add(Sample.Bytes(1_000));
        await using var server = await ContentServer.StartAsync(_folder, _catalog, new Uri("http://127.0.0.1:9"), options => options.Policy = FetchPolicy.Never);
        using var response = await server.GetAsync(ContentPath.For(file));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Counters_AgentsOfAReplica_CostTheRootTheFileOnce()
    {
        var bytes = Sample.Bytes(400_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve("/update.cab", bytes);
        _catalog.Add(bytes, url: new Uri(origin.Url, "/update.cab").AbsoluteUri);
        await using var root = await ContentServer.StartAsync(_parentFolder, _catalog, configure: options => options.Source = ContentSource.MicrosoftUpdate);
        await using var replica = await ContentServer.StartAsync(_folder, _catalog, root.Url, options => options.ServerId = Guid.NewGuid());

        for (var i = 0; i < 3; i++)
        {
            using var response = await replica.GetAsync(ContentPath.For(file), userAgent: "hierarchy-agent/1.0 (Linux)");
            Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Cancellation));
        }

        Assert.Equal(new ContentCounts { BytesServedToServers = 400_000, BytesFetchedFromMicrosoftUpdate = 400_000, FilesStored = 1 }, root.Counts);
        Assert.Equal(new ContentCounts { BytesServedToAgents = 1_200_000, BytesFetchedFromParent = 400_000, FilesStored = 1 }, replica.Counts);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _parentFolder.Dispose();
    }

    private static string Line(string head, string name) =>
        Assert.Single(head.ReplaceLineEndings("\n").Split('\n'), line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase));

    /// <summary>A server that has the file already.</summary>
    private async Task<(ContentServer Server, ContentFile File)> StartWithAsync(byte[] bytes)
    {
        var file = _catalog.Add(bytes);
        await using (var origin = await ScriptedOrigin.StartAsync())
        {
            origin.Serve(file, bytes);
            await using var filling = await ContentServer.StartAsync(_folder, _catalog, origin.Url);
            await filling.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        }

        return (await ContentServer.StartAsync(_folder, _catalog), file);
    }
}
