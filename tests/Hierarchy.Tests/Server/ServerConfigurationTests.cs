using Hierarchy.Server.Hosting;
using Hierarchy.Testing;
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

        Assert.Equal(properties, ServerSettings.All.Select(setting => setting.Key).Order());
        Assert.Equal("HIERARCHY_MICROSOFT_UPDATE", ServerSettings.All.Single(setting => setting.Key == "MicrosoftUpdate").Variable);
        Assert.Equal(ServerSettings.All.Count, ServerSettings.All.Select(setting => setting.Variable).Distinct().Count());
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
