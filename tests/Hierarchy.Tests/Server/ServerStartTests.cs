using System.Net;
using System.Net.Sockets;
using Hierarchy.Domain;
using Hierarchy.Server.Hosting;
using Hierarchy.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>What keeps a server from starting is told in one sentence, and leaves everything as it was.</summary>
public sealed class ServerStartTests
{
    [Theory]
    [InlineData("", "d", "", "--role is missing")]
    [InlineData("boss", "d", "", "'boss' is not a role")]
    [InlineData("1", "d", "", "'1' is not a role")]
    [InlineData("root", "", "", "--data is missing")]
    [InlineData("replica", "d", "", "--parent is missing")]
    [InlineData("root", "d", "http://other:8532", "--parent does not go with --role root")]
    [InlineData("replica", "d", "other:8532", "--parent 'other:8532' is not a URL")]
    [InlineData("autonomous", "d", "", "--parent is missing: an autonomous server takes the catalog from a server")]
    public void Validate_WrongSetting_IsToldWithTheNextStep(string role, string data, string parent, string expected) =>
        Assert.Contains(new ServerOptions { Role = role, Data = data, Parent = parent }.Validate(), error => error.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void Validate_SeveralWrong_AllAreToldAtOnce() =>
        Assert.Equal(4, new ServerOptions { Role = "root", ListenHttp = "nowhere", ListenGrpc = "1.2.3.4", Certificate = "missing.pfx" }.Validate().Count);

    [Theory]
    [InlineData("127.0.0.1:8530", "127.0.0.1:8530")]
    [InlineData("localhost:1", "127.0.0.1:1")]
    [InlineData("*:8530", "[::]:8530")]
    [InlineData(":8530", "[::]:8530")]
    [InlineData("[::1]:0", "[::1]:0")]
    public void TryParseAddress_UsualForms_AreRead(string text, string expected)
    {
        Assert.True(ServerOptions.TryParseAddress(text, out var endPoint));
        Assert.Equal(expected, endPoint.ToString());
    }

    [Fact]
    public async Task Start_PortInUse_NamesTheFlagAndMakesNothing()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        using var folder = new TemporaryFolder();
        var options = Options(folder["data"]);
        options.ListenHttp = other.LocalEndpoint.ToString()!; // A started listener has an end point.

        var failure = await Assert.ThrowsAsync<UnavailableException>(() => StartAsync(options));

        Assert.Contains("--listen-http", failure.Message, StringComparison.Ordinal);
        Assert.Contains("in use", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["data"]));
    }

    [Fact]
    public async Task Start_PortOfAnotherServer_IsNotShared()
    {
        using var folder = new TemporaryFolder();
        await using var first = await StartAsync(Options(folder["first"]));
        var options = Options(folder["second"]);
        options.ListenGrpc = new Uri(first.ReadyLine.Split("grpc=")[1]).Authority;

        var failure = await Assert.ThrowsAsync<UnavailableException>(() => StartAsync(options));

        Assert.Contains("--listen-grpc", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AtOnceAfterAStop_FindsItsPortFree()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder["data"]);
        await using (var first = await StartAsync(options))
        {
            options.ListenGrpc = new Uri(first.ReadyLine.Split("grpc=")[1]).Authority;
            using var channel = Grpc.Net.Client.GrpcChannel.ForAddress("http://" + options.ListenGrpc);
            await new Protocol.Admin.V1.AdminService.AdminServiceClient(channel).ListGroupsAsync(new(), cancellationToken: TestContext.Current.CancellationToken);
        }

        await using var again = await StartAsync(options);
        Assert.Contains(options.ListenGrpc, again.ReadyLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SecondServerOnTheData_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await using var first = await StartAsync(Options(folder.Path));

        var failure = await Assert.ThrowsAsync<UnavailableException>(() => StartAsync(Options(folder.Path)));

        Assert.Contains("Another server runs on the data directory", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DataOfAnotherRole_IsRefusedAndKept()
    {
        using var folder = new TemporaryFolder();
        await using (await StartAsync(Options(folder.Path))) { }
        var options = Options(folder.Path);
        options.Role = "replica";
        options.Parent = "http://127.0.0.1:9";

        var failure = await Assert.ThrowsAsync<IntegrityException>(() => StartAsync(options));

        Assert.Contains("belongs to a root", failure.Message, StringComparison.Ordinal);
        await using var again = await StartAsync(Options(folder.Path));
    }

    [Fact]
    public async Task Start_Again_KeepsTheServersId()
    {
        using var folder = new TemporaryFolder();
        await using (await StartAsync(Options(folder.Path))) { }
        var id = await File.ReadAllTextAsync(folder["server-id"], TestContext.Current.CancellationToken);
        await using (await StartAsync(Options(folder.Path))) { }

        Assert.Equal(id, await File.ReadAllTextAsync(folder["server-id"], TestContext.Current.CancellationToken));
    }

    private static ServerOptions Options(string data) => new() { Role = "root", Data = data, Name = "root", ListenHttp = "127.0.0.1:0", ListenGrpc = "127.0.0.1:0", MicrosoftUpdate = "http://127.0.0.1:9" };

    private static Task<ServerHost> StartAsync(ServerOptions options) => ServerHost.StartAsync(options, new ConfigurationBuilder().Build(), TestContext.Current.CancellationToken, logging => logging.ClearProviders());
}
