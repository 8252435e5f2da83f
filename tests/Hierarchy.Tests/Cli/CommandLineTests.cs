using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>Exit codes, errors, and what a command line asks of the server.</summary>
public sealed class CommandLineTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("approve KB1")]
    [InlineData("approve KB1 --group Pilot --action maybe")]
    [InlineData("approve KB1 --group Pilot --deadline tomorrow")]
    [InlineData("approve KB1 --group Pilot --deadline +7x")]
    [InlineData("sites add branch-a")]
    [InlineData("sites add branch-a --subnet 10.1.0.0/99")]
    [InlineData("sites set branch-a")]
    [InlineData("sites which nowhere")]
    [InlineData("sites default a --none")]
    [InlineData("sites import")]
    [InlineData("sites links add a b --cost 0")]
    [InlineData("sites links add a b --rate fast")]
    [InlineData("sites links add a b --window always")]
    [InlineData("sites links set a b")]
    [InlineData("updates")]
    [InlineData("updates list --limit -1")]
    [InlineData("updates show")]
    [InlineData("updates import")]
    [InlineData("updates import 266f6222")]
    [InlineData("updates import https://www.catalog.update.microsoft.com/Search.aspx?q=KB5013943")]
    [InlineData("sync products add")]
    [InlineData("sync products remove --all")]
    [InlineData("sync languages set de --all")]
    [InlineData("sync schedule set --times-a-day 25 --at 03:00")]
    [InlineData("sync schedule set --at 24:00")]
    [InlineData("sync history 101")]
    [InlineData("servers set replica-a")]
    [InlineData("servers set replica-a --content-source moon")]
    [InlineData("frobnicate")]
    [InlineData("")]
    [InlineData("servers list --server mailto:root")]
    [InlineData("servers list --output xml")]
    public async Task CommandLine_ThatIsWrong_EndsWithUsage(string commandLine)
    {
        var args = commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var ran = await Ran.RunAsync(args, Cancellation);

        Assert.Equal(2, ran.ExitCode);
        Assert.Empty(ran.Out);
        Assert.StartsWith("hierarchy: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains("Next: ", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandLine_ThatIsWrongWithJson_WritesOneErrorDocument()
    {
        var ran = await Ran.RunAsync(["--output", "json", "approve", "KB1"], Cancellation);

        Assert.Equal(2, ran.ExitCode);
        Assert.Empty(ran.Error);
        var error = Error(ran);
        Assert.Equal("usage", error.GetProperty("code").GetString());
        Assert.Contains("--group", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("hierarchy approve --help", error.GetProperty("next_step").GetString());
    }

    [Theory]
    [InlineData("--help", "sync run")]
    [InlineData("approve --help", "--deadline +12h")]
    [InlineData("sites --help", "hierarchy sites add branch-a --subnet")]
    public async Task Help_EndsWithExamples(string commandLine, string example)
    {
        var ran = await Ran.RunAsync(commandLine.Split(' '), Cancellation);

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("Examples:", ran.Out, StringComparison.Ordinal);
        Assert.Contains(example, ran.Out[ran.Out.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatDoesNotListen_IsNamedWithTheNextStep()
    {
        var url = $"http://127.0.0.1:{FreePort()}";

        var text = await Ran.RunAsync(["--server", url, "servers", "list"], Cancellation);
        var json = await Ran.RunAsync(["--output", "json", "servers", "list"], Cancellation, name => name == "HIERARCHY_SERVER" ? url : null);

        Assert.Equal((1, 1), (text.ExitCode, json.ExitCode));
        Assert.Empty(text.Out);
        Assert.Contains(url, text.Error, StringComparison.Ordinal);
        Assert.Contains("--server", text.Error, StringComparison.Ordinal);
        Assert.Equal("unavailable", Error(json).GetProperty("code").GetString());
        Assert.Contains(url, Error(json).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatSpeaksNoGrpc_IsNamedWithTheNextStep()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation, HttpProtocols.Http1);

        var ran = await server.RunAsync(Cancellation, "servers", "list");

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains(server.Url, ran.Error, StringComparison.Ordinal);
        Assert.Contains("Next: ", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.NotFound, "not_found")]
    [InlineData(StatusCode.FailedPrecondition, "failed_precondition")]
    [InlineData(StatusCode.PermissionDenied, "permission_denied")]
    [InlineData(StatusCode.Unavailable, "unavailable")]
    public async Task Server_ThatRefuses_IsQuotedWithItsOwnWords(StatusCode status, string code)
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);
        server.Admin.Refusal = new RpcException(new Status(status, "KB1 is on no shelf; hierarchy updates list shows all."));

        var ran = await server.RunAsync(Cancellation, "--output", "json", "updates", "show", "KB1");

        Assert.Equal(1, ran.ExitCode);
        Assert.Equal(code, Error(ran).GetProperty("code").GetString());
        Assert.Equal("KB1 is on no shelf; hierarchy updates list shows all.", Error(ran).GetProperty("message").GetString());
    }

    [Fact]
    public async Task Approve_WithDeadlineFromNow_AsksForATimeInUtc()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "approve", "KB5013943", "--group", "All Computers", "--action", "uninstall", "--deadline", "+12h");

        Assert.Equal(0, ran.ExitCode);
        var request = Assert.IsType<ApproveRequest>(server.Admin.Request);
        Assert.Equal("KB5013943", request.Update);
        Assert.Equal("All Computers", request.Group);
        Assert.Equal(ApprovalAction.Uninstall, request.Action);
        Assert.Equal(Timestamp.FromDateTimeOffset(Ran.Now.AddHours(12)), request.Deadline);
        Assert.Equal("admin@console", request.RequestedBy);
    }

    [Fact]
    public async Task Approve_FloatingDeadlineForGroupsBelowWithLicences_AsksForAllOfItAndShowsTheTexts()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "approve", "KB5013943", "--group", "Pilot", "--deadline", "+7d 03:00", "--floating", "--apply-to-children", "--accept-eula");

        Assert.Equal(0, ran.ExitCode);
        var request = Assert.IsType<ApproveRequest>(server.Admin.Request);
        Assert.Equal((true, true, ApprovalReach.ApplyToChildren), (request.DeadlineIsFloating, request.AcceptEula, request.Reach));
        Assert.Equal(new DateTime(2026, 10, 11, 3, 0, 0, DateTimeKind.Utc), request.Deadline.ToDateTime());
        Assert.Contains("You may [use] it.", ran.Out, StringComparison.Ordinal);
        Assert.Contains("by 2026-10-11T03:00:00 by each computer's clock; 1 decision of groups below went; 1 licence accepted", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ComputersShow_WithAnUpdate_PrintsTheDecisionAndEveryRule()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "computers", "show", "pc-1", "--update", "KB5013943");

        Assert.Equal(0, ran.ExitCode);
        Assert.Equal(("pc-1", "KB5013943"), Assert.IsType<ExplainDecisionRequest>(server.Approvals.Request) is { } request ? (request.Computer, request.Update) : default);
        Assert.Contains("install, revision 200", ran.Out, StringComparison.Ordinal);
        Assert.Contains("2026-10-04T12:00:00 by its own clock", ran.Out, StringComparison.Ordinal);
        Assert.Contains("- Pilot says: install. [Nothing else] is said.", ran.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--floating")]
    [InlineData("--floating --deadline +12h")]
    [InlineData("--floating --deadline 2026-12-01T03:00Z")]
    [InlineData("--floating --deadline now")]
    [InlineData("--same-as-parent --apply-to-children")]
    [InlineData("--same-as-parent --action install")]
    [InlineData("--same-as-parent --deadline now")]
    [InlineData("--same-as-parent --accept-eula")]
    public async Task Approve_WhatDoesNotGoTogether_IsRefusedBeforeTheServerIsAsked(string options)
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, ["approve", "KB5013943", "--group", "Pilot", .. options.Split(' ')]);

        Assert.Equal(2, ran.ExitCode);
        Assert.Equal(0, server.Admin.Requests);
    }

    [Fact]
    public async Task Approve_WithNothingElseSaid_AsksToInstallWithoutDeadline()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        await server.RunAsync(Cancellation, "approve", "KB5013943", "--group", "Pilot");

        var request = Assert.IsType<ApproveRequest>(server.Admin.Request);
        Assert.Equal(ApprovalAction.Install, request.Action);
        Assert.Null(request.Deadline);
    }

    [Fact]
    public async Task UpdatesList_WithALimit_ReadsNoFurther()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "updates", "list", "--limit", "1", "--text", "Ω");

        Assert.Equal(1, server.Admin.Requests);
        var request = Assert.IsType<ListUpdatesRequest>(server.Admin.Request);
        Assert.Equal((1, "Ω"), (request.PageSize, request.Text));
        Assert.Contains("1 of 2 updates", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_ThatIsRedirected_HoldsWholeRowsAndNoEscapes()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "servers", "list");

        Assert.Equal(0, ran.ExitCode);
        Assert.DoesNotContain('\u001b', ran.Out);
        var rows = ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, rows.Length);
        Assert.Contains("CURSOR", rows[0], StringComparison.Ordinal);
        Assert.Contains("7@2", rows[1], StringComparison.Ordinal);
        Assert.Contains(" 00fedcba ", rows[2], StringComparison.Ordinal);
        Assert.Contains("branch-a", rows[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpdatesShow_DocumentAsText_WritesItToTheLetter()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "updates", "show", "KB5013943", "--document");

        Assert.Equal("<upd:Update>Ω</upd:Update>", ran.Out);
    }

    [Fact]
    public async Task UpdatesShow_TitleWithBrackets_IsNoMarkup()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "updates", "show", "KB5013943");

        Assert.Equal(0, ran.ExitCode);
        Assert.StartsWith("Update [1] for \"Ω\"\n", ran.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static JsonElement Error(Ran ran)
    {
        var root = JsonDocument.Parse(ran.Out).RootElement;
        Assert.Equal(["error"], root.EnumerateObject().Select(property => property.Name));
        return root.GetProperty("error");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
