using System.IO.Compression;
using Hierarchy.Domain;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.Network;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Transport;

/// <summary>An upstream that is slow, silent or sends too much costs neither time nor memory without end.</summary>
public sealed class UpstreamLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Answer_ThatUnpacksBeyondTheLimit_IsRefused(string encoding)
    {
        using var packed = new MemoryStream();
        await using (Stream packer = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await packer.WriteAsync(new byte[32 * 1024 * 1024], Token);
        Assert.True(packed.Length < 512 * 1024);
        await using var server = MisbehavingServer.Answering("200 OK", "text/xml", packed.ToArray(), $"Content-Encoding: {encoding}\r\n");

        var exception = await Assert.ThrowsAsync<IntegrityException>(() => AuthorizeAsync(server.Url, options => options.MaxResponse = 1024 * 1024));

        Assert.Contains("1,048,576 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstream_ThatSaysNothing_IsGivenUpAfterTheReadTimeout()
    {
        await using var server = MisbehavingServer.Silent();

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => AuthorizeAsync(server.Url, options => options.ReadTimeout = TimeSpan.FromMilliseconds(50)));

        Assert.Contains("sent nothing for", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstream_ThatTakesTooLongAsAWhole_IsGivenUpAfterTheCallTimeout()
    {
        await using var server = MisbehavingServer.Silent();

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => AuthorizeAsync(server.Url, options => options.CallTimeout = TimeSpan.FromMilliseconds(50)));

        Assert.Contains("did not answer within", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstream_ErrorPageOnce_IsAskedAgain()
    {
        await using var server = MisbehavingServer.Answering("500 Internal Server Error", "text/html", "<html><body>Sorry</body></html>");

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => AuthorizeAsync(server.Url));

        Assert.Contains("without a SOAP fault (HTTP 500", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_OfAnUpstreamThatCompresses_AreCompressed()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(
            SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, Token), new MicrosoftUpdateOptions { Gzip = true }, Token);

        var received = await AuthorizeAsync(upstream.Url);

        Assert.True(upstream.Counters.MetadataBytes < received, $"{upstream.Counters.MetadataBytes} bytes on the wire, {received} unpacked");
    }

    private static async Task<long> AuthorizeAsync(Uri address, Action<UpstreamOptions>? configure = null)
    {
        var options = new UpstreamOptions { Address = address, AccountName = "root.example", AccountId = Guid.NewGuid(), Retries = 0, Proxy = { Address = ProxyOptions.None } };
        configure?.Invoke(options);
        using var http = UpstreamHttp.Create(options, TimeProvider.System);
        using var client = new UpstreamClient(http, options, TimeProvider.System);
        await client.AuthorizeAsync(Token);
        return client.BytesReceived;
    }
}
