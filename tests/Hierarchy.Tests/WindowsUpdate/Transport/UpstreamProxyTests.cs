using System.Net;
using Hierarchy.Domain;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.Network;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Transport;

/// <summary>The upstream behind a proxy. The proxy and the upstream are simulated; the sockets, HTTP and TLS are real.</summary>
public sealed class UpstreamProxyTests
{
    private const string Canary = "canary-7f3a";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Proxy_ThatDemandsAnAccount_IsGivenIt()
    {
        await using var upstream = await UpstreamAsync();
        await using var proxy = SimulatedProxy.Start();
        proxy.Account = $"root:{Canary}";
        proxy.Resolve = (_, _) => new IPEndPoint(IPAddress.Loopback, upstream.Url.Port);
        var options = new UpstreamOptions
        {
            Address = new Uri("http://wsus.example:8530"),
            Proxy = { Address = proxy.Address, User = "root", Password = Canary },
        };

        await AuthorizeAsync(options);

        Assert.Equal(1, upstream.Counters.CallsOf("GetCookie"));
        Assert.All(proxy.Seen, seen => Assert.StartsWith("POST http://wsus.example:8530/", seen, StringComparison.Ordinal));
        Assert.All(proxy.Seen, seen => Assert.EndsWith(" Hierarchy/1.0", seen, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TlsProxy_UpstreamWithTls_IsAskedForATunnelAndTheOtherIsNot()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority("Test authority", TimeProvider.System.GetUtcNow());
        authority.WriteTo(folder["ca.pem"]);
        File.WriteAllText(folder["password"], Canary + "\n");
        using var certificate = authority.Issue("wsus.example");
        await using var upstream = await UpstreamAsync(new MicrosoftUpdateOptions { Certificate = certificate });
        await using var plain = SimulatedProxy.Start();
        await using var tls = SimulatedProxy.Start();
        tls.Account = $"root:{Canary}";
        tls.Resolve = (_, _) => new IPEndPoint(IPAddress.Loopback, upstream.Url.Port);
        var options = new UpstreamOptions
        {
            Address = new Uri("https://wsus.example"),
            CertificateAuthorities = folder["ca.pem"],
            Proxy = { Address = plain.Address },
            TlsProxy = { Address = tls.Address, User = "root", PasswordFile = folder["password"] },
        };

        await AuthorizeAsync(options);

        Assert.Equal(1, upstream.Counters.CallsOf("GetCookie"));
        Assert.Equal("CONNECT wsus.example:443 HTTP/1.1 Hierarchy/1.0", Assert.Single(tls.Seen));
        Assert.Equal(1, tls.Refused);
        Assert.Empty(plain.Seen);
    }

    [Theory]
    [InlineData("127.*", true)]
    [InlineData("wsus.example; 127.0.0.1", true)]
    [InlineData("*.example", false)]
    public async Task Proxy_WithBypass_IsPassedByForThoseHosts(string bypass, bool isDirect)
    {
        await using var upstream = await UpstreamAsync();
        await using var proxy = SimulatedProxy.Start();

        await AuthorizeAsync(new UpstreamOptions { Address = upstream.Url, Proxy = { Address = proxy.Address, Bypass = bypass } });

        Assert.Equal(isDirect, proxy.Seen.Count == 0);
        Assert.Equal(1, upstream.Counters.CallsOf("GetCookie"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Proxy_WrongPassword_IsToldAtOnceAndShowsIt_Nowhere(bool isTls)
    {
        await using var proxy = SimulatedProxy.Start();
        proxy.Account = "root:another";
        var logs = new CapturedLog();
        var options = new UpstreamOptions
        {
            Address = new Uri(isTls ? "https://wsus.example" : "http://wsus.example:8530"),
            Proxy = { Address = proxy.Address, User = "root", Password = Canary },
        };

        var exception = await Assert.ThrowsAsync<IntegrityException>(() => AuthorizeAsync(options, logs));

        Assert.Contains("HTTP 407", exception.Message, StringComparison.Ordinal);
        Assert.Contains(proxy.Address, exception.Message, StringComparison.Ordinal);
        Assert.Contains("Upstream:Proxy:User", exception.Message, StringComparison.Ordinal);
        Assert.Empty(proxy.Seen);
        Assert.DoesNotContain(Canary, exception + string.Join(' ', logs.Lines) + options + options.Proxy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "HTTP 403")]
    [InlineData(502, "HTTP 502")]
    public async Task Proxy_ThatRefusesATunnel_IsNamed(int status, string expected)
    {
        await using var proxy = SimulatedProxy.Start();
        proxy.AnswersAlways = status;
        var options = new UpstreamOptions { Address = new Uri("https://wsus.example"), Retries = 0, Proxy = { Address = proxy.Address } };

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => AuthorizeAsync(options));

        Assert.True(exception is IntegrityException or UnavailableException, exception.ToString());
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains(proxy.Address, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_PasswordFileThatIsGone_IsUnavailableWithItsSetting()
    {
        using var folder = new TemporaryFolder();
        var options = new UpstreamOptions { Address = new Uri("http://wsus.example"), Proxy = { Address = "http://127.0.0.1:1", User = "root", PasswordFile = folder["gone"] } };

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => AuthorizeAsync(options));

        Assert.Contains("Upstream:Proxy:PasswordFile", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "", "http://a.example", null)]
    [InlineData("http://p:1", "", "http://a.example", "http://p:1/")]
    [InlineData("http://p:1", "", "https://a.example", "http://p:1/")]
    [InlineData("http://p:1", "http://q:2", "https://a.example", "http://q:2/")]
    [InlineData("http://p:1", "none", "https://a.example", null)]
    [InlineData("", "http://q:2", "http://a.example", null)]
    public void Proxy_ForAnAddress_IsTheOneOfItsScheme(string plain, string tls, string destination, string? expected)
    {
        var options = new UpstreamOptions { Proxy = { Address = plain }, TlsProxy = { Address = tls } };

        Assert.Equal(expected, UpstreamProxy.Before(new Uri(destination), options)?.AbsoluteUri);
    }

    [Fact]
    public void Account_WithADomain_IsTakenApart()
    {
        var proxy = (UpstreamProxy)UpstreamProxy.From(new UpstreamOptions { Proxy = { Address = "http://p:1", User = @"CORP\root", Password = Canary } });

        var account = proxy.GetCredential(new Uri("http://p:1"), "Negotiate");

        Assert.Equal(("CORP", "root", Canary), (account?.Domain, account?.UserName, account?.Password));
        Assert.Null(proxy.GetCredential(new Uri("http://wsus.example"), "Basic"));
    }

    private static Task<MicrosoftUpdateServer> UpstreamAsync(MicrosoftUpdateOptions? options = null) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, Token), options ?? new MicrosoftUpdateOptions(), Token);

    private static async Task AuthorizeAsync(UpstreamOptions options, CapturedLog? logs = null)
    {
        Assert.DoesNotContain(options.Validate(), error => !error.Contains("PasswordFile", StringComparison.Ordinal));
        (options.AccountName, options.AccountId, options.RetryDelay) = ("root.example", Guid.NewGuid(), TimeSpan.FromMilliseconds(1));
        using var http = UpstreamHttp.Create(options, TimeProvider.System);
        using var client = new UpstreamClient(http, options, TimeProvider.System, logs?.CreateLogger<UpstreamClient>());
        await client.AuthorizeAsync(Token);
    }

    /// <summary>Every line of every level.</summary>
    private sealed class CapturedLog : ILoggerProvider
    {
        public List<string> Lines { get; } = [];

        public ILogger<T> CreateLogger<T>() => LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(this)).CreateLogger<T>();

        public ILogger CreateLogger(string categoryName) => new Writer(Lines);

        public void Dispose() { }

        private sealed class Writer(List<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                lock (lines) lines.Add(formatter(state, exception) + exception);
            }
        }
    }
}
