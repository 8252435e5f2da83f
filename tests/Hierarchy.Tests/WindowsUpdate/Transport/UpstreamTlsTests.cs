using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hierarchy.Domain;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.Network;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Transport;

/// <summary>Whom the upstream's certificate convinces, and what is said of one that convinces nobody.</summary>
public sealed class UpstreamTlsTests
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Certificate_OfANamedAuthority_IsAcceptedAndTheCatalogSyncs()
    {
        using var authority = new TestAuthority("Site authority", Now);
        using var certificate = authority.Issue("127.0.0.1");
        await using var upstream = await UpstreamAsync(certificate);

        await AuthorizeAsync(upstream.Url, authority);

        Assert.Equal(1, upstream.Counters.CallsOf("GetCookie"));
    }

    [Fact]
    public async Task Certificate_OfAnUnknownAuthority_IsRefusedWithItsName()
    {
        using var authority = new TestAuthority("Foreign authority", Now);
        using var certificate = authority.Issue("127.0.0.1");

        await RefusedAsync(certificate, trusted: null, "leads to the authority Foreign authority", "Upstream:CertificateAuthorities");
    }

    [Fact]
    public async Task Certificate_OfMicrosoft_OnLinux_IsRefusedWithTheWayOut()
    {
        using var authority = new TestAuthority("Microsoft Root Certificate Authority 2011 (simulated)", Now);
        using var certificate = authority.Issue("127.0.0.1");

        await RefusedAsync(certificate, trusted: null, "Microsoft Root Certificate Authority 2011", "Linux does not carry the authorities of Microsoft Update");
    }

    [Fact]
    public async Task Certificate_SignedByItself_IsRefused()
    {
        using var authority = new TestAuthority("Site authority", Now);
        using var certificate = TestAuthority.SelfSigned("127.0.0.1", Now);

        await RefusedAsync(certificate, authority, "signed by itself", "Upstream:CertificateAuthorities");
    }

    [Fact]
    public async Task Certificate_ForAnotherName_IsRefusedThoughItsAuthorityIsNamed()
    {
        using var authority = new TestAuthority("Site authority", Now);
        using var certificate = authority.Issue("wsus.example");

        await RefusedAsync(certificate, authority, "is for wsus.example, not for 127.0.0.1", "Use a name that the certificate is for");
    }

    [Theory]
    [InlineData(-30, -2, "expired at")]
    [InlineData(2, 30, "valid only from")]
    public async Task Certificate_OutOfItsDates_IsRefusedThoughItsAuthorityIsNamed(int from, int until, string expected)
    {
        using var authority = new TestAuthority("Site authority", Now);
        using var certificate = authority.Issue("127.0.0.1", TimeSpan.FromDays(from), TimeSpan.FromDays(until));

        await RefusedAsync(certificate, authority, expected, "set the clock");
    }

    [Fact]
    public void Versions_OfTls_AreTwelveAndThirteen()
    {
        using var handler = UpstreamHttp.CreateHandler(new UpstreamOptions(), TimeProvider.System);

        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, handler.SslOptions.EnabledSslProtocols);
    }

    [Fact]
    public async Task Https_AtAServerWithoutTls_SaysSo()
    {
        await using var plain = MisbehavingServer.Greeting("220 no TLS at all\r\n"u8.ToArray());

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => AuthorizeAsync(new UriBuilder(plain.Url) { Scheme = "https" }.Uri, authority: null));

        Assert.Contains("no agreement on TLS", exception.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(X509Certificate2 certificate, TestAuthority? trusted, string what, string next)
    {
        await using var upstream = await UpstreamAsync(certificate);

        var exception = await Assert.ThrowsAsync<IntegrityException>(() => AuthorizeAsync(upstream.Url, trusted));

        Assert.Contains("cannot be trusted", exception.Message, StringComparison.Ordinal);
        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.Contains(next, exception.Message, StringComparison.Ordinal);
        Assert.Empty(upstream.Counters.Calls);
    }

    private static Task<MicrosoftUpdateServer> UpstreamAsync(X509Certificate2 certificate) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, Token), new MicrosoftUpdateOptions { Certificate = certificate }, Token);

    private static async Task AuthorizeAsync(Uri address, TestAuthority? authority)
    {
        using var folder = new TemporaryFolder();
        authority?.WriteTo(folder["ca.pem"]);
        var options = new UpstreamOptions
        {
            Address = address,
            AccountName = "root.example",
            AccountId = Guid.NewGuid(),
            Retries = 0,
            Proxy = { Address = ProxyOptions.None },
            CertificateAuthorities = authority is null ? "" : folder["ca.pem"],
        };
        Assert.Empty(options.Validate());
        using var http = UpstreamHttp.Create(options, TimeProvider.System);
        using var client = new UpstreamClient(http, options, TimeProvider.System);
        await client.AuthorizeAsync(Token);
    }
}
