using System.Security.Cryptography;
using Hierarchy.Agent.Download;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Agent;

public sealed class DownloaderTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly byte[] _bytes = new byte[500_000];
    private readonly UpdateFile _file;
    private readonly ContentFolder _content;
    private ContentServer _server = null!; // set before every test

    public DownloaderTests()
    {
        new Random(7).NextBytes(_bytes);
        _file = new UpdateFile { Name = "data.cab", Size = _bytes.Length, Sha1 = TestUpdate.Sha1(_bytes), Sha256 = SHA256.HashData(_bytes) };
        _content = new ContentFolder(_folder.CreateFolder("content"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ContentServer.StartAsync();
        _server.Add(_bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Fetch_WholeFile_StandsVerifiedUnderItsDigest()
    {
        var fetched = await FetchAsync(_server.Url);

        Assert.Equal(_bytes.Length, fetched!.Bytes);
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(_content.PathOf(_file), Token));
        var name = Convert.ToHexString(_file.Sha1);
        Assert.Equal($"/Content/{name[^2..]}/{name}.cab", _server.Requests.Single().Path);
        Assert.Null(await FetchAsync(_server.Url));
        Assert.Single(Directory.GetFiles(_folder["content"]));
    }

    [Fact]
    public async Task Fetch_ConnectionCut_GoesOnWhereItStopped()
    {
        _server.CutAfter = 200_000;
        _server.BeforeCut = ArrivedAsync;

        var fetched = await FetchAsync(_server.Url);

        Assert.Equal(_bytes, await File.ReadAllBytesAsync(_content.PathOf(_file), Token));
        Assert.Equal(["", "bytes=200000-", "bytes=400000-"], _server.Requests.Select(request => request.Range));
        Assert.Equal(["", "\"one\"", "\"one\""], _server.Requests.Select(request => request.IfRange));
        Assert.Equal(100_000, fetched!.Bytes);
    }

    [Fact]
    public async Task Fetch_InterruptedBefore_ResumesAtAnotherServerWithoutTheTag()
    {
        await using var other = await ContentServer.StartAsync();
        other.Add(_bytes);
        other.Tag = "\"two\"";
        _server.CutAfter = 50_000;
        _server.BeforeCut = ArrivedAsync;
        _server.Before = _ => Task.FromResult<int?>(_server.Requests.Count > 1 ? 503 : null);
        await Assert.ThrowsAsync<UnavailableException>(() => FetchAsync(_server.Url));

        var fetched = await FetchAsync(other.Url);

        Assert.Equal(_bytes.Length - 50_000, fetched!.Bytes);
        Assert.Equal(("bytes=50000-", ""), (other.Requests.Single().Range, other.Requests.Single().IfRange));
    }

    [Fact]
    public async Task Fetch_TagChanged_BeginsAtTheBeginning()
    {
        await File.WriteAllBytesAsync(_content.PartialOf(_file), _bytes[..1000], Token);
        await File.WriteAllLinesAsync(_content.PartialOf(_file) + ".tag", [_server.Url, "\"old\""], Token);

        var fetched = await FetchAsync(_server.Url);

        Assert.Equal(_bytes.Length, fetched!.Bytes);
        Assert.Equal("\"old\"", _server.Requests.Single().IfRange);
    }

    [Fact]
    public async Task Fetch_WholePartialFile_IsVerifiedAndNothingFetched()
    {
        await File.WriteAllBytesAsync(_content.PartialOf(_file), _bytes, Token);

        Assert.Equal(0, (await FetchAsync(_server.Url))!.Bytes);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Fetch_RottenPartialFile_IsThrownAwayAndFetchedAnew()
    {
        await File.WriteAllBytesAsync(_content.PartialOf(_file), new byte[1000], Token);

        var fetched = await FetchAsync(_server.Url);

        Assert.Equal(_bytes.Length, fetched!.Bytes);
        Assert.Equal(["bytes=1000-", ""], _server.Requests.Select(request => request.Range));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Fetch_WrongBytes_AreDeletedAndTheNextServerAsked(int more)
    {
        await using var liar = await ContentServer.StartAsync();
        liar.Put(_file.Sha1, new byte[_bytes.Length + more]);

        var fetched = await FetchAsync(liar.Url, _server.Url);

        Assert.Equal(_server.Url, fetched!.From);
        Assert.Single(liar.Requests);
        await Assert.ThrowsAsync<IntegrityException>(() => FetchAsync(new UpdateFile { Name = "x", Size = 4, Sha1 = _file.Sha1 }, liar.Url));
    }

    [Fact]
    public async Task Fetch_RightSha1AndWrongSha256_IsRefused()
    {
        var forged = _file with { Sha256 = new byte[32] };

        await Assert.ThrowsAsync<IntegrityException>(() => FetchAsync(forged, _server.Url));
        Assert.Empty(Directory.GetFiles(_folder["content"]));
    }

    [Fact]
    public async Task Fetch_ServerWithoutTheFile_AsksTheNext()
    {
        await using var empty = await ContentServer.StartAsync();

        Assert.Equal(_server.Url, (await FetchAsync(empty.Url, _server.Url))!.From);
    }

    [Fact]
    public async Task Fetch_NoServer_SaysWhy()
    {
        await using var empty = await ContentServer.StartAsync();

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => FetchAsync(empty.Url, "http://127.0.0.1:1"));

        Assert.Contains("HTTP 404", exception.Message, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:1", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.cab", ".cab")]
    [InlineData("a", "")]
    [InlineData("../../x", "")]
    [InlineData("a.b?c=d", "")]
    [InlineData("a.b/c", "")]
    [InlineData("a.", "")]
    public void Address_OfAName_TakesNothingButAPlainExtension(string name, string extension)
        => Assert.EndsWith(Convert.ToHexString(_file.Sha1) + extension, Downloader.AddressOf("http://x:1/", _file with { Name = name }).AbsolutePath, StringComparison.Ordinal);

    [Fact]
    public async Task Copy_OfAFileThatRotted_IsRefusedAndTheFileRemoved()
    {
        await FetchAsync(_server.Url);
        Assert.True(await _content.CopyAsync(_file, _folder["good"], Token));
        await File.WriteAllBytesAsync(_content.PathOf(_file), new byte[_bytes.Length], Token);

        Assert.False(await _content.CopyAsync(_file, _folder["bad"], Token));

        Assert.False(File.Exists(_folder["bad"]));
        Assert.False(_content.Contains(_file));
    }

    private Task ArrivedAsync(int length)
        => Waiting.ForAsync(() => new FileInfo(_content.PartialOf(_file)) is { Exists: true } partial && partial.Length >= length, $"{length} bytes arrived", Token);

    private Task<DownloadedFile?> FetchAsync(params string[] servers) => FetchAsync(_file, servers);

    private Task<DownloadedFile?> FetchAsync(UpdateFile file, params string[] servers)
        => new Downloader(_content, _http, TimeProvider.System, NullLogger.Instance).FetchAsync(file, servers, Token);
}
