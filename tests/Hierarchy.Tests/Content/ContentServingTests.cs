using System.Net;
using System.Net.Http.Headers;
using Hierarchy.Content;
using Hierarchy.Content.Store;
using Hierarchy.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>What clients of all kinds ask of content: every extension, HTTP/2, files and ranges beyond four gibibytes.</summary>
public sealed class ContentServingTests : IDisposable
{
    private const long FiveGibibytes = 5L << 30;

    private readonly TemporaryFolder _folder = new();
    private readonly Sample _catalog = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a.cab")]
    [InlineData("a.exe")]
    [InlineData("a.msu")]
    [InlineData("a.msi")]
    [InlineData("a.msp")]
    [InlineData("a.wim")]
    [InlineData("a.esd")]
    [InlineData("a.psf")]
    [InlineData("a.appx")]
    [InlineData("a.msixbundle")]
    [InlineData("a.txt")]
    [InlineData("a.never-heard-of")]
    [InlineData("a")]
    public async Task Get_EveryExtension_IsServedAsBytes(string name)
    {
        var bytes = Sample.Bytes(1_000);
        var file = _catalog.Add(bytes, name);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url);

        using var response = await server.GetAsync(ContentPath.For(file));

        Assert.Equal((HttpStatusCode.OK, "application/octet-stream"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Get_OverHttp2_ManyShuffledRangesOnOneConnectionWhileTheFileArrives()
    {
        var bytes = Sample.Bytes(3_000_000);
        var file = _catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        origin.PauseAt = 1_500_000;
        await using var server = await ContentServer.StartAsync(_folder, _catalog, origin.Url, protocols: HttpProtocols.Http2);
        using var http = new HttpClient { BaseAddress = server.Url, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        var offsets = Enumerable.Range(0, 30).Select(i => i * 100_000).ToArray();
        new Random(1).Shuffle(offsets);
        var answers = offsets.Select(async offset =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, ContentPath.For(file)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Range = new RangeHeaderValue(offset, offset + 99_999);
            using var response = await http.SendAsync(request, Cancellation);
            Assert.Equal((HttpStatusCode.PartialContent, HttpVersion.Version20), (response.StatusCode, response.Version));
            return (offset, Body: await response.Content.ReadAsByteArrayAsync(Cancellation));
        }).ToArray();
        origin.Gate.SetResult();

        foreach (var (offset, body) in await Task.WhenAll(answers)) Assert.Equal(bytes[offset..(offset + 100_000)], body);
        using var head = await http.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, ContentPath.For(file)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact }, Cancellation);
        Assert.Equal((bytes.Length, "bytes"), ((int)head.Content.Headers.ContentLength!.Value, head.Headers.AcceptRanges.Single()));
        Assert.Single(origin.Requests);
    }

    [Fact]
    public async Task Get_RangesBeyondFourGibibytes_AreTheFilesOwnBytes()
    {
        // Its digests are not its own: what is asked here is where bytes are taken from, and the file stands under its name already.
        var file = Sample.Describe([1]) with { Size = FiveGibibytes, Name = "install.esd" };
        _catalog.Replace(file);
        var layout = new StoreLayout(Path.Combine(_folder.Path, "content"));
        var path = layout.PathOf(new StoredFile(file.Sha1, file.Sha256!.Value, file.Size));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var mark = Sample.Bytes(1_000);
        var offset = (9L << 29) + 123;
        await using (var sparse = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        {
            sparse.SetLength(FiveGibibytes);
            sparse.Position = offset;
            sparse.Write(mark);
            sparse.Position = FiveGibibytes - 1_000;
            sparse.Write(mark);
        }

        await using var server = await ContentServer.StartAsync(_folder, _catalog);
        using (var head = await server.GetAsync(ContentPath.For(file), method: HttpMethod.Head)) Assert.Equal(FiveGibibytes, head.Content.Headers.ContentLength);
        await AssertRangeAsync($"bytes={offset}-{offset + 999}", offset);
        await AssertRangeAsync("bytes=-1000", FiveGibibytes - 1_000);
        await AssertRangeAsync($"bytes={FiveGibibytes - 1_000}-", FiveGibibytes - 1_000);
        using (var two = await server.GetAsync(ContentPath.For(file), $"bytes={FiveGibibytes - 1_000}-{FiveGibibytes - 1}, {offset}-{offset + 999}"))
        {
            var text = System.Text.Encoding.Latin1.GetString(await two.Content.ReadAsByteArrayAsync(Cancellation));
            Assert.Contains($"Content-Range: bytes {offset}-{offset + 999}/{FiveGibibytes}", text, StringComparison.Ordinal);
            Assert.Equal(3, text.Split(System.Text.Encoding.Latin1.GetString(mark)).Length);
        }

        using var beyond = await server.GetAsync(ContentPath.For(file), $"bytes={FiveGibibytes}-");
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);

        async Task AssertRangeAsync(string range, long from)
        {
            using var response = await server.GetAsync(ContentPath.For(file), range);
            Assert.Equal((HttpStatusCode.PartialContent, from, from + 999, FiveGibibytes), (response.StatusCode, response.Content.Headers.ContentRange!.From, response.Content.Headers.ContentRange.To, response.Content.Headers.ContentRange.Length));
            Assert.Equal(mark, await response.Content.ReadAsByteArrayAsync(Cancellation));
        }
    }

    public void Dispose() => _folder.Dispose();
}
