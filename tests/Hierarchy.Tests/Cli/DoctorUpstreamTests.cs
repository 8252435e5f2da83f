using System.Text.Json;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Tests.Server;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`doctor upstream`: what people read, what scripts read, and the same against whole servers.</summary>
public sealed class DoctorUpstreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Doctor_AllWell_ShowsEachStepAndEndsWithZero()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "doctor", "upstream");

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("Upstream: https://sws.update.microsoft.com/", ran.Out, StringComparison.Ordinal);
        Assert.Contains("ok       name-resolution             12 ms  sws.update.microsoft.com is 192.0.2.1.", ran.Out, StringComparison.Ordinal);
        Assert.Contains("All is well.", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_AStepFails_EndsWithOneAndSaysWhatToDo()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);
        server.Admin.Diagnosis.Add(CannedAdmin.Diagnosed("GetCookie", DiagnosisOutcome.Failed, "It said no.", "Ask again."));

        var text = await server.RunAsync(Cancellation, "doctor", "upstream");
        var json = await server.RunAsync(Cancellation, "--output", "json", "doctor", "upstream");

        Assert.Equal((1, 1), (text.ExitCode, json.ExitCode));
        Assert.Contains("failed   GetCookie", text.Out, StringComparison.Ordinal);
        Assert.Contains("GetCookie: It said no.", text.Error, StringComparison.Ordinal);
        Assert.Contains("Next: Ask again.", text.Error, StringComparison.Ordinal);
        var document = JsonDocument.Parse(json.Out).RootElement;
        Assert.Equal("upstream_failed", document.GetProperty("error").GetProperty("code").GetString());
        Assert.False(document.GetProperty("healthy").GetBoolean());
        Assert.Equal("failed", document.GetProperty("steps")[3].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Doctor_AtARealRoot_BeforeAnyCatalog_ChangesNothing()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 2 }, Cancellation), new MicrosoftUpdateOptions(), Cancellation);
        await using var root = await RunningServer.RootAsync(upstream: upstream.Url.AbsoluteUri);
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);

        var ran = await Ran.RunAsync(["--server", root.GrpcUrl, "--output", "json", "doctor", "upstream"], Cancellation);
        var refused = await Ran.RunAsync(["--server", replica.GrpcUrl, "--output", "json", "doctor", "upstream"], Cancellation);

        Assert.True(ran.ExitCode == 0, ran.Out);
        Assert.True(JsonDocument.Parse(ran.Out).RootElement.GetProperty("healthy").GetBoolean());
        // The log may move: both servers enrol meanwhile.
        Assert.Empty(root.Views.View.Updates);
        Assert.Empty((await root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: Cancellation)).Runs);
        Assert.Equal(1, refused.ExitCode);
        Assert.Equal("failed_precondition", JsonDocument.Parse(refused.Out).RootElement.GetProperty("error").GetProperty("code").GetString());
    }
}
