using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.Network;
using Hierarchy.WindowsUpdate.Diagnosis;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Diagnosis;

/// <summary>Each way in which an upstream can be out of reach, against an endpoint that really misbehaves so: the right step fails, and says what to do.</summary>
public sealed class UpstreamDoctorTests
{
    private static readonly string[] AllSteps =
    [
        "settings", "name-resolution", "connection", "proxy", "tls", "clock",
        "GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData", "GetRevisionIdList", "GetUpdateData",
    ];

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upstream_ThatIsWell_HasNoFailedStep()
    {
        await using var upstream = await UpstreamAsync();

        var steps = await ExamineAsync(upstream.Url);

        Assert.Equal(AllSteps, steps.Select(step => step.Name));
        Assert.DoesNotContain(steps, step => step.Outcome == DiagnosisOutcome.Failed);
        Assert.Equal(["name-resolution", "proxy", "tls"], steps.Where(step => step.Outcome == DiagnosisOutcome.Skipped).Select(step => step.Name));
        Assert.Contains("documents, all understood", steps[^1].Finding, StringComparison.Ordinal);
        Assert.Equal(1, upstream.Counters.CallsOf("GetAuthConfig"));
        Assert.Equal(Math.Min(10, upstream.Library.Count), upstream.Counters.UpdatesSent);
    }

    [Fact]
    public async Task Upstream_WithTlsBehindAProxy_IsWalkedToTheEnd()
    {
        using var authority = new TestAuthority("Site authority", Now);
        using var certificate = authority.Issue("wsus.example");
        await using var upstream = await UpstreamAsync(certificate);
        await using var proxy = SimulatedProxy.Start();
        proxy.Account = "root:canary";
        proxy.Resolve = (_, _) => new IPEndPoint(IPAddress.Loopback, upstream.Url.Port);

        var steps = await ExamineAsync(
            new Uri("https://wsus.example"), options => (options.Proxy.Address, options.Proxy.User, options.Proxy.Password) = (proxy.Address, "root", "canary"), authority);

        Assert.DoesNotContain(steps, step => step.Outcome == DiagnosisOutcome.Failed);
        Assert.Contains(proxy.Address, Step(steps, "proxy").Finding, StringComparison.Ordinal);
        Assert.Contains("certificate for wsus.example, issued by Site authority", Step(steps, "tls").Finding, StringComparison.Ordinal);
        Assert.DoesNotContain(steps, step => (step.Finding + step.NextStep).Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Name_ThatNobodyKnows_FailsAtResolution() =>
        await FailsAsync(new Uri("http://no-such-host.invalid:8530"), "name-resolution", "no-such-host.invalid has no address", "name servers");

    [Fact]
    public async Task Port_ThatNobodyListensOn_FailsAtTheConnection() =>
        await FailsAsync(new Uri($"http://127.0.0.1:{await FreePortAsync()}"), "connection", "does not accept a connection", "firewall");

    [Fact]
    public async Task Proxy_ThatIsNotThere_FailsAtTheConnection()
    {
        var port = await FreePortAsync();
        await FailsAsync(new Uri("http://wsus.example"), "connection", $"the proxy 127.0.0.1 port {port}", "Upstream:Proxy:Address", options => options.Proxy.Address = $"http://127.0.0.1:{port}");
    }

    [Theory]
    [InlineData("http://wsus.example:8530")]
    [InlineData("https://wsus.example")]
    public async Task Proxy_ThatDemandsAnAccount_FailsAtTheProxy(string address)
    {
        await using var proxy = SimulatedProxy.Start();
        proxy.Account = "root:canary";

        await FailsAsync(new Uri(address), "proxy", "HTTP 407", "Upstream:Proxy:User", options => options.Proxy.Address = proxy.Address);
    }

    [Theory]
    [InlineData("http://wsus.example:8530", 502)]
    [InlineData("https://wsus.example", 503)]
    [InlineData("https://wsus.example", 403)]
    public async Task Proxy_ThatDoesNotReachTheUpstream_FailsAtTheProxy(string address, int status)
    {
        await using var proxy = SimulatedProxy.Start();
        proxy.AnswersAlways = status;

        await FailsAsync(new Uri(address), "proxy", $"HTTP {status}", "proxy", options => options.Proxy.Address = proxy.Address);
    }

    [Theory]
    [InlineData("name", "is for wsus.example, not for 127.0.0.1", "Use a name")]
    [InlineData("expired", "expired at", "renewed")]
    [InlineData("early", "valid only from", "set the clock")]
    [InlineData("self-signed", "signed by itself", "CertificateAuthorities")]
    [InlineData("foreign", "leads to the authority Foreign authority", "CertificateAuthorities")]
    public async Task Certificate_ThatIsNoGood_FailsAtTls(string fault, string finding, string next)
    {
        using var authority = new TestAuthority("Site authority", Now);
        using var foreign = new TestAuthority("Foreign authority", Now);
        using var certificate = fault switch
        {
            "name" => authority.Issue("wsus.example"),
            "expired" => authority.Issue("127.0.0.1", TimeSpan.FromDays(-9), TimeSpan.FromDays(-2)),
            "early" => authority.Issue("127.0.0.1", TimeSpan.FromDays(2), TimeSpan.FromDays(9)),
            "self-signed" => TestAuthority.SelfSigned("127.0.0.1", Now),
            _ => foreign.Issue("127.0.0.1"),
        };
        await using var upstream = await UpstreamAsync(certificate);

        await FailsAsync(upstream.Url, "tls", finding, next, authority: authority);
        Assert.Empty(upstream.Counters.Calls);
    }

    [Fact]
    public async Task Tls_AtAServerWithoutIt_FailsAtTls()
    {
        await using var plain = MisbehavingServer.Greeting("220 no TLS at all\r\n"u8.ToArray());

        await FailsAsync(new UriBuilder(plain.Url) { Scheme = "https" }.Uri, "tls", "no agreement on TLS", "speaks TLS 1.2");
    }

    [Theory]
    [InlineData(3, "3 hours ahead")]
    [InlineData(-40, "40 hours behind")]
    public async Task Clock_ThatIsWrong_FailsAndTheRestIsWalked(int hours, string finding)
    {
        await using var upstream = await UpstreamAsync();

        var steps = await ExamineAsync(upstream.Url, time: new WrongClock(TimeSpan.FromHours(hours)));

        var failed = Assert.Single(steps, step => step.Outcome == DiagnosisOutcome.Failed);
        Assert.Equal("clock", failed.Name);
        Assert.Contains(finding, failed.Finding, StringComparison.Ordinal);
        Assert.Contains("NTP", failed.NextStep, StringComparison.Ordinal);
        Assert.Equal(DiagnosisOutcome.Ok, steps[^1].Outcome);
    }

    [Theory]
    [InlineData("404 Not Found", "text/html", "HTTP 404", "a WSUS answers at http://server:8530")]
    [InlineData("401 Unauthorized", "text/html", "HTTP 401", "access rules")]
    [InlineData("403 Forbidden", "text/html", "HTTP 403", "access rules")]
    [InlineData("503 Service Unavailable", "text/html", "HTTP 503", "WsusPool")]
    [InlineData("302 Found", "text/html", "HTTP 302", "--microsoft-update")]
    [InlineData("418 I'm a teapot", "text/html", "HTTP 418", "address of an update server")]
    [InlineData("200 OK", "text/html", "page (text/html) instead of SOAP", "login page")]
    [InlineData("200 OK", "text/xml", "cannot be understood", "address of an update server")]
    [InlineData("500 Internal Server Error", "text/html", "HTTP 500", "address of an update server")]
    public async Task Answer_ThatIsNoSoap_FailsAtTheFirstCall(string status, string type, string finding, string next)
    {
        await using var server = MisbehavingServer.Answering(status, type, "<html><body>Welcome</body></html>");

        await FailsAsync(server.Url, "GetAuthConfig", finding, next);
    }

    [Fact]
    public async Task Answer_ThatIsNoHttp_FailsAtTheFirstCall()
    {
        await using var server = MisbehavingServer.Raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"u8.ToArray());

        await FailsAsync(server.Url, "GetAuthConfig", "cannot be reached", "network");
    }

    [Fact]
    public async Task Upstream_ThatNeverAnswers_FailsAtTheFirstCall()
    {
        await using var server = MisbehavingServer.Silent();

        await FailsAsync(server.Url, "GetAuthConfig", "sent nothing for", "", options => options.ReadTimeout = TimeSpan.FromMilliseconds(50));
    }

    [Theory]
    [InlineData("GetAuthConfig", "InternalServerError", "log")]
    [InlineData("GetAuthorizationCookie", "InvalidParameters", "log")]
    [InlineData("GetCookie", "InvalidAuthorizationCookie", "load balancer")]
    [InlineData("GetCookie", "IncompatibleProtocolVersion", "WSUS 3.0 SP2")]
    [InlineData("GetConfigData", "InvalidCookie", "load balancer")]
    [InlineData("GetRevisionIdList", "ServerBusy", "busy")]
    [InlineData("GetRevisionIdList", "ServerChanged", "database")]
    [InlineData("GetUpdateData", "InternalServerError", "log")]
    public async Task Fault_OfTheProtocol_FailsAtItsCall(string operation, string code, string next)
    {
        await using var upstream = await UpstreamAsync();
        upstream.Faults.FailNext(1, code, operation);

        await FailsAsync(upstream.Url, operation, code, next);
    }

    [Fact]
    public async Task Documents_ThatCannotBeUnderstood_FailTheLastStep()
    {
        await using var upstream = await UpstreamAsync();
        upstream.Faults.CorruptNext(1, 600, "GetUpdateData");

        var steps = await ExamineAsync(upstream.Url);

        Assert.Equal((DiagnosisOutcome.Failed, "GetUpdateData"), (steps[^1].Outcome, steps[^1].Name));
        Assert.NotEqual("", steps[^1].NextStep);
    }

    [Fact]
    public async Task PasswordFile_ThatIsGone_FailsTheSettings()
    {
        using var folder = new TemporaryFolder();
        await FailsAsync(
            new Uri("http://wsus.example"), "settings", "cannot be read", "Restore the file",
            options => (options.Proxy.Address, options.Proxy.User, options.Proxy.PasswordFile) = ("http://127.0.0.1:1", "root", folder["gone"]));
    }

    private static async Task FailsAsync(
        Uri address, string name, string finding, string next, Action<UpstreamOptions>? configure = null, TestAuthority? authority = null)
    {
        var steps = await ExamineAsync(address, configure, authority);

        Assert.Equal(AllSteps, steps.Select(step => step.Name));
        var failed = Assert.Single(steps, step => step.Outcome == DiagnosisOutcome.Failed);
        Assert.Equal(name, failed.Name);
        Assert.Contains(finding, failed.Finding, StringComparison.Ordinal);
        Assert.Contains(next, failed.NextStep, StringComparison.Ordinal);
        Assert.NotEqual("", failed.NextStep);
        Assert.All(steps.SkipWhile(step => step != failed).Skip(1), step => Assert.Equal((DiagnosisOutcome.Skipped, $"Not tried: {name} failed."), (step.Outcome, step.Finding)));
    }

    private static async Task<List<DiagnosisStep>> ExamineAsync(Uri address, Action<UpstreamOptions>? configure = null, TestAuthority? authority = null, TimeProvider? time = null)
    {
        using var folder = new TemporaryFolder();
        authority?.WriteTo(folder["ca.pem"]);
        var options = new UpstreamOptions
        {
            Address = address,
            AccountName = "root.example",
            AccountId = Guid.NewGuid(),
            Proxy = { Address = ProxyOptions.None },
            CertificateAuthorities = authority is null ? "" : folder["ca.pem"],
        };
        configure?.Invoke(options);
        var steps = new List<DiagnosisStep>();
        await foreach (var step in new UpstreamDoctor(options, time ?? TimeProvider.System).ExamineAsync(Token)) steps.Add(step);
        return steps;
    }

    private static DiagnosisStep Step(List<DiagnosisStep> steps, string name) => steps.Single(step => step.Name == name);

    private static Task<MicrosoftUpdateServer> UpstreamAsync(X509Certificate2? certificate = null) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 3, Generate = 40 }, Token), new MicrosoftUpdateOptions { Certificate = certificate }, Token);

    private static async Task<int> FreePortAsync()
    {
        await using var server = MisbehavingServer.Silent();
        return server.Port;
    }

    /// <summary>Real time, told wrongly.</summary>
    private sealed class WrongClock(TimeSpan error) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + error;
    }
}
