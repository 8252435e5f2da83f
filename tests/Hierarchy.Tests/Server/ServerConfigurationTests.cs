using Hierarchy.Server.Hosting;
using Hierarchy.Server.Upstream;
using Hierarchy.Testing;
using Hierarchy.WindowsUpdate.Upstream;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Hierarchy.Tests.Server;

public sealed class ServerConfigurationTests
{
    [Fact]
    public void Build_FlagOverEnvironmentOverFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["hierarchy.json"], """{ "Server": { "Name": "file", "Site": "file", "ListenHttp": "file:1" } }""");
        var environment = new Dictionary<string, string> { ["HIERARCHY_SITE"] = "environment", ["HIERARCHY_LISTEN_HTTP"] = "environment:1" };

        var options = Options(new() { ["Server:Data"] = folder.Path, ["Server:ListenHttp"] = "flag:1" }, environment);

        Assert.Equal(("file", "environment", "flag:1"), (options.Name, options.Site, options.ListenHttp));
    }

    [Fact]
    public void Build_FileIsNoJson_IsToldWithItsName()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["hierarchy.json"], "{ not json");
        var errors = new List<string>();

        ServerConfiguration.Build(configFile: null, new Dictionary<string, string?> { ["Server:Data"] = folder.Path }, _ => null, errors);

        Assert.Contains(folder["hierarchy.json"], Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_EachNamesAPropertyAndAVariableOfItsOwn()
    {
        var properties = typeof(ServerOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order();

        Assert.Equal(properties, ServerSettings.All.Select(setting => setting.Key).Where(key => !key.Contains(':', StringComparison.Ordinal)).Order());
        Assert.Equal("HIERARCHY_MICROSOFT_UPDATE", ServerSettings.All.Single(setting => setting.Key == "MicrosoftUpdate").Variable);
        Assert.Equal(ServerSettings.All.Count, ServerSettings.All.Select(setting => setting.Variable).Distinct().Count());
    }

    [Theory]
    [InlineData("", "https://sws.update.microsoft.com", "MicrosoftUpdate")]
    [InlineData("", "http://wsus.example:8530", "Wsus")]
    [InlineData("microsoft-update", "http://127.0.0.1:9", "MicrosoftUpdate")]
    [InlineData("wsus-replica", "http://wsus.example:8530", "WsusReplica")]
    public void UpstreamKind_LeftOut_FollowsFromTheAddress(string kind, string address, string expected)
    {
        var options = new ServerOptions { Role = "root", Data = "x", UpstreamKind = kind, MicrosoftUpdate = address };

        Assert.Empty(options.Validate());
        Assert.Equal(expected, options.UpstreamKindValue.ToString());
    }

    [Theory]
    [InlineData("root", "wsus-replica", "https://sws.update.microsoft.com", "address of the WSUS")]
    [InlineData("root", "sus", "http://wsus.example:8530", "'sus' is not known")]
    [InlineData("replica", "wsus", "http://wsus.example:8530", "--role root only")]
    public void UpstreamKind_ThatCannotBe_IsRefusedWithTheNextStep(string role, string kind, string address, string words)
    {
        var options = new ServerOptions { Role = role, Data = "x", Parent = role == "root" ? "" : "http://root:8532", UpstreamKind = kind, MicrosoftUpdate = address };

        Assert.Contains(options.Validate(), error => error.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_OfTheUpstream_AreReadFromFlagsAndVariables()
    {
        var environment = new Dictionary<string, string> { ["HIERARCHY_UPSTREAM_PROXY_PASSWORD"] = "canary" };
        var flags = new Dictionary<string, string?> { ["Upstream:Proxy:Address"] = "http://proxy.example:3128", ["Upstream:Proxy:User"] = "root", ["Upstream:TlsProxy:Address"] = "none" };

        var options = UpstreamSettings.Read(ServerConfiguration.Build(configFile: null, flags, environment.GetValueOrDefault, []));

        Assert.Empty(options.Validate());
        Assert.Equal(("http://proxy.example:3128", "root", "canary", true), (options.Proxy.Address, options.Proxy.User, options.Proxy.Password, options.TlsProxy.IsNone));
        Assert.DoesNotContain(ServerSettings.All, setting => setting.Flag is not null && setting.Key.EndsWith("Password", StringComparison.Ordinal));
        Assert.All(
            ServerSettings.All.Where(setting => setting.Key.StartsWith("Upstream:", StringComparison.Ordinal)),
            setting => Assert.NotNull(setting.Key.Split(':').Skip(1).Aggregate((Type?)typeof(UpstreamOptions), (type, name) => type?.GetProperty(name)?.PropertyType)));
    }

    [Fact]
    public void Settings_OfTheUpstreamThatAreWrong_AreToldAllAtOnce()
    {
        using var folder = new TemporaryFolder();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Upstream:Proxy:Address"] = "http://somebody:canary@proxy.example",
            ["Upstream:Proxy:Password"] = "canary",
            ["Upstream:TlsProxy:PasswordFile"] = folder["absent"],
            ["Upstream:ConnectTimeout"] = "00:00:00",
            ["Upstream:CertificateAuthorities"] = folder["absent.pem"],
        }).Build();

        var errors = UpstreamSettings.Validate(configuration);

        Assert.Equal(7, errors.Count);
        Assert.All(errors, error => Assert.StartsWith("Upstream:", error, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", string.Join(' ', errors), StringComparison.Ordinal);
    }

    private static ServerOptions Options(Dictionary<string, string?> flags, Dictionary<string, string> environment)
    {
        var errors = new List<string>();
        var options = new ServerOptions();
        ServerConfiguration.Build(configFile: null, flags, environment.GetValueOrDefault, errors).GetSection(ServerOptions.Section).Bind(options);
        Assert.Empty(errors);
        return options;
    }
}
