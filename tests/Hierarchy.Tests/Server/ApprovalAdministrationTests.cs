using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>What administrators decide about updates, at a whole server.</summary>
public sealed class ApprovalAdministrationTests
{
    private const string Licence = "0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f02";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "", ApprovalAction.Uninstall, false, "cannot be uninstalled")]
    [InlineData("PublicationState=\"Expired\"", "", ApprovalAction.Install, false, "withdrawn by its publisher")]
    [InlineData("", "<upd:InstallationBehavior CanRequestUserInput=\"true\" />", ApprovalAction.Install, true, "takes no deadline")]
    [InlineData("EulaID=\"" + Licence + "\"", "", ApprovalAction.Install, false, "--accept-eula")]
    public async Task Approve_WhatIsRefused_SaysOneErrorAndChangesNothing(string properties, string inner, ApprovalAction action, bool hasDeadline, string words)
    {
        await using var root = await RunningServer.RootAsync();
        var id = await AddAsync(root, properties, inner);
        var before = root.Log.Head;

        var refusal = await Assert.ThrowsAsync<RpcException>(() => ApproveAsync(root, id, new ApproveRequest { Action = action, Deadline = hasDeadline ? Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) : null }));

        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Contains(words, refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before.Position, root.Log.Head.Position);
        Assert.Equal(before.Digest.ToArray(), root.Log.Head.Digest.ToArray());
    }

    [Fact]
    public async Task Approve_WithItsLicence_AcceptsItForEveryoneAndReplicates()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await AddAsync(root, $"EulaID=\"{Licence}\"");
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);

        var approved = await ApproveAsync(root, id, new ApproveRequest { AcceptEula = true, RequestedBy = "admin@console" });

        Assert.True(approved.Changed);
        Assert.Equal(Guid.Parse(Licence), Positions.Id(Assert.Single(approved.AcceptedEulas), "licence"));
        await replica.EqualsAsync(root);
        Assert.Contains(Guid.Parse(Licence), replica.Views.View.AcceptedEulas);
        var eula = Assert.Single((await Approvals(replica).ListEulasAsync(new ListEulasRequest(), cancellationToken: Token)).Eulas);
        Assert.Equal((true, "admin@console", "An update"), (eula.Accepted, eula.AcceptedBy, Assert.Single(eula.Updates).Title));
        Assert.Empty((await Approvals(root).ListEulasAsync(new ListEulasRequest { NotAcceptedOnly = true }, cancellationToken: Token)).Eulas);
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Approvals(replica).AcceptEulasAsync(new AcceptEulasRequest { Eulas = { Licence } }, cancellationToken: Token));
        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
    }

    [Fact]
    public async Task AcceptEulas_ByPrefixAndByUpdate_LetsApproveAndChangesOnce()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await AddAsync(root, $"EulaID=\"{Licence}\"");

        var first = await Approvals(root).AcceptEulasAsync(new AcceptEulasRequest { Eulas = { "0d3f8cd0" }, RequestedBy = "me" }, cancellationToken: Token);
        var second = await Approvals(root).AcceptEulasAsync(new AcceptEulasRequest { Update = id.UpdateId.ToString(), RequestedBy = "you" }, cancellationToken: Token);

        Assert.Equal((1, 0), (first.Changed, second.Changed));
        Assert.Equal(first.EulaIds, second.EulaIds);
        Assert.True((await ApproveAsync(root, id, new ApproveRequest())).Changed);
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Approvals(root).AcceptEulasAsync(new AcceptEulasRequest { Eulas = { "ffff" } }, cancellationToken: Token));
        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
    }

    [Fact]
    public async Task ListEulas_WithoutAText_SaysWhy()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await AddAsync(root, $"EulaID=\"{Licence}\"");

        var eula = Assert.Single((await Approvals(root).ListEulasAsync(new ListEulasRequest { Update = id.UpdateId.ToString(), WithText = true }, cancellationToken: Token)).Eulas);

        Assert.Equal(("", "Its publisher gives no text."), (eula.Text, eula.TextMissing));
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Approvals(root).ListEulasAsync(new ListEulasRequest { WithText = true }, cancellationToken: Token));
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
    }

    [Fact]
    public async Task ListEulas_WithTexts_FetchesThemFromTheUpstreamThroughTheTree()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Generate = 200 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        using (var sync = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token))
            while (await sync.ResponseStream.MoveNext(Token)) { }
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await replica.EqualsAsync(root);
        var licensed = root.Views.View.Updates.Values.Select(update => update.Latest).First(entry => entry?.EulaFiles.Count > 1)!; // of so many some have

        var request = new ListEulasRequest { Update = licensed.Id.UpdateId.ToString(), WithText = true, Language = "de" };
        var eula = (await Approvals(replica).ListEulasAsync(request, cancellationToken: Token)).Eulas.Single(each => Positions.Id(each.EulaId, "licence") == licensed.EulaId);

        Assert.Equal(("", "de"), (eula.TextMissing, eula.TextLanguage));
        Assert.Equal(licensed.EulaFiles.SelectMany(file => file.Languages).Order(), eula.Languages);
        Assert.InRange(eula.Text.Length, 100, 3_000);
    }

    [Fact]
    public async Task Approve_DeclinedUpdate_HasToBeTakenBackFirstAndIsNotApprovedThen()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await AddAsync(root, "");
        await ApproveAsync(root, id, new ApproveRequest());
        await root.Admin.DeclineAsync(new DeclineRequest { Update = id.UpdateId.ToString() }, cancellationToken: Token);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => ApproveAsync(root, id, new ApproveRequest()));
        Assert.Contains("--undo", refusal.Status.Detail, StringComparison.Ordinal);
        await root.Admin.DeclineAsync(new DeclineRequest { Update = id.UpdateId.ToString(), Undo = true }, cancellationToken: Token);
        Assert.Empty(root.Views.View.Updates[id.UpdateId].Approvals);
        Assert.True((await ApproveAsync(root, id, new ApproveRequest())).Changed);
    }

    [Fact]
    public async Task Approve_FloatingDeadline_ComesToTheClientAsATimeOnItsWall()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await AddAsync(root, "");
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        var wall = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 12, 1, 3, 0, 0, TimeSpan.Zero));

        var approved = await ApproveAsync(root, id, new ApproveRequest { Deadline = wall, DeadlineIsFloating = true });
        Assert.True(approved.Approval.DeadlineIsFloating);
        await replica.EqualsAsync(root);

        Assert.Equal((wall, true), await DeadlineOf(replica));
        Assert.False((await ApproveAsync(root, id, new ApproveRequest { Deadline = wall, DeadlineIsFloating = true })).Changed);
        Assert.True((await ApproveAsync(root, id, new ApproveRequest { Deadline = wall })).Changed);
        Assert.Equal((wall, false), await DeadlineOf(root));
        Assert.False((await ApproveAsync(root, id, new ApproveRequest { DeadlineIsFloating = true })).Approval.DeadlineIsFloating); // there is none
    }

    [Fact]
    public async Task ExplainDecision_AtTheRootAndAtAReplica_SaysTheSameOfAComputer()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        var id = await AddAsync(root, "");
        await ApproveAsync(root, id, new ApproveRequest { Group = "Pilot" });
        await root.Admin.AssignComputersAsync(new AssignComputersRequest { Computers = { new ComputerAssignment { ComputerId = "c", Name = "pc-1", Groups = { "Pilot" } } } }, cancellationToken: Token);
        await replica.EqualsAsync(root);

        var request = new ExplainDecisionRequest { Computer = "pc-1", Update = id.UpdateId.ToString() };
        var explanation = await Approvals(root).ExplainDecisionAsync(request, cancellationToken: Token);

        Assert.Equal((Protocol.Client.V1.DecisionAction.Install, 100, "Pilot", "c"), (explanation.Action, explanation.RevisionNumber, explanation.Group, explanation.ComputerId));
        Assert.Contains("Pilot says: install. Nothing else is said.", explanation.Reasons);
        Assert.Equal(explanation, await Approvals(replica).ExplainDecisionAsync(request, cancellationToken: Token));
    }

    [Fact]
    public async Task Approve_ForGroupsBelow_KeepsThemAppliesToThemOrInherits()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Inner", Parent = "Pilot" }, cancellationToken: Token);
        var id = await AddAsync(root, "");
        await ApproveAsync(root, id, new ApproveRequest { Group = "Inner", Action = ApprovalAction.NotApproved });

        var kept = await ApproveAsync(root, id, new ApproveRequest { Group = "Pilot" });
        Assert.Equal((0, 2), (kept.ApprovalsRemoved, root.Views.View.Updates[id.UpdateId].Approvals.Count));
        var applied = await ApproveAsync(root, id, new ApproveRequest { Group = "Pilot", Reach = ApprovalReach.ApplyToChildren });
        Assert.Equal((1, 1, true), (applied.ApprovalsRemoved, root.Views.View.Updates[id.UpdateId].Approvals.Count, applied.Changed));

        await ApproveAsync(root, id, new ApproveRequest { Group = "Inner", Action = ApprovalAction.OptionalInstall });
        var inherits = await ApproveAsync(root, id, new ApproveRequest { Group = "Inner", Reach = ApprovalReach.SameAsParent });
        Assert.Equal((1, "Pilot", ApprovalAction.Install), (inherits.ApprovalsRemoved, inherits.Inherited.Group, inherits.Inherited.Record.Action));
        Assert.Null(inherits.Approval);
        Assert.False((await ApproveAsync(root, id, new ApproveRequest { Group = "Inner", Reach = ApprovalReach.SameAsParent })).Changed);
        var nothing = await ApproveAsync(root, id, new ApproveRequest { Group = "Pilot", Reach = ApprovalReach.SameAsParent });
        Assert.Null(nothing.Inherited);
        Assert.Empty(root.Views.View.Updates[id.UpdateId].Approvals);
    }

    private static ApprovalService.ApprovalServiceClient Approvals(RunningServer server) => new(server.Channel);

    private static async Task<ApproveResponse> ApproveAsync(RunningServer server, RevisionId id, ApproveRequest request)
    {
        request.Update = id.UpdateId.ToString();
        if (request.Group.Length == 0) request.Group = "All Computers";
        return await server.Admin.ApproveAsync(request, cancellationToken: Token);
    }

    private static async Task<(Timestamp Deadline, bool IsFloating)> DeadlineOf(RunningServer server)
    {
        using var call = server.Client.Sync(new SyncRequest { ClientId = "c" }, cancellationToken: Token);
        while (await call.ResponseStream.MoveNext(Token))
            if (call.ResponseStream.Current.Decisions?.Decisions is [var decision, ..])
                return (decision.Deadline, decision.DeadlineIsFloating);
        throw new InvalidOperationException("Nothing was decided.");
    }

    private static async Task<RevisionId> AddAsync(RunningServer root, string properties, string inner = "")
    {
        var id = new RevisionId(Guid.NewGuid(), 100);
        var log = root.Get<IAuthorityLog>();
        var state = properties.Contains("PublicationState", StringComparison.Ordinal) ? "" : "PublicationState=\"Published\"";
        var xml =
            $"""
            <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="{id.UpdateId}" RevisionNumber="100" />
            <upd:Properties UpdateType="Software" DefaultPropertiesLanguage="en" ExplicitlyDeployable="true" {state} {properties} CreationDate="2026-10-04T12:00:58.287Z">{inner}</upd:Properties>
            <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>An update</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>
            </upd:Update>
            """;
        var number = await log.ReserveRevisionNumbersAsync(1, Token);
        var committed = await log.CommitAsync([CatalogRecords.Revision(id, RevisionRecords.Encode(UpdateDocument.Read(xml), xml, number, _ => null, DateTimeOffset.UnixEpoch))], Token);
        await root.Views.WaitForAsync(committed.Head.Position.Sequence, Token);
        return id;
    }
}
