using System.Net;
using System.Net.Sockets;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Content;
using Xunit;

namespace Hierarchy.Tests.Testing;

public sealed class FaultyLinkTests : IAsyncLifetime
{
    private MicrosoftUpdateServer _server = null!;
    private FaultyLink _link = null!;
    private HttpClient _http = null!;
    private Uri _payload = null!;

    public async ValueTask InitializeAsync()
    {
        var library = SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, TestContext.Current.CancellationToken);
        _server = await MicrosoftUpdateServer.StartAsync(library, new MicrosoftUpdateOptions(), TestContext.Current.CancellationToken);
        _link = FaultyLink.To(_server.Url);
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = _link.Url() };
        var file = DemoUpdates.Create(1)[0].Files.Single(file => file.FileName == DemoUpdates.PayloadName);
        _payload = new Uri(ContentLibrary.PathOf(file.FileName, file.Sha1), UriKind.Relative);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _link.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Link_Untouched_CarriesEverything()
    {
        var bytes = await _http.GetByteArrayAsync(_payload, TestContext.Current.CancellationToken);
        Assert.Equal(256 * 1024, bytes.Length);
        Assert.True(_link.BytesFromTarget > bytes.Length);
    }

    [Fact]
    public async Task CutAfter_InTheMiddleOfABody_EndsTheConnectionThere()
    {
        _link.CutAfter(100_000);
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetByteArrayAsync(_payload, TestContext.Current.CancellationToken));
        var bytes = await _http.GetByteArrayAsync(_payload, TestContext.Current.CancellationToken);
        Assert.Equal(256 * 1024, bytes.Length);
    }

    [Fact]
    public async Task Hold_UntilReleased_LetsNothingPass()
    {
        _link.Hold();
        var answer = _http.GetByteArrayAsync(_payload, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken));
        _link.Release();
        Assert.Equal(256 * 1024, (await answer).Length);
    }

    [Fact]
    public async Task Down_UntilUpAgain_RefusesConnections()
    {
        _link.IsDown = true;
        // A connection that is reset while it is made comes out of the platform's client as it is.
        Assert.True(await Assert.ThrowsAnyAsync<Exception>(() => _http.GetByteArrayAsync(_payload, TestContext.Current.CancellationToken)) is HttpRequestException or SocketException);
        _link.IsDown = false;
        using var response = await _http.GetAsync(_payload, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Cut_WhileAnAnswerWaits_FailsTheRequest()
    {
        _link.Hold();
        var answer = _http.GetByteArrayAsync(_payload, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken));
        _link.Cut();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        _link.Release();
    }
}
