using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Xunit;
using ComputerReport = Hierarchy.Domain.Reports.ComputerReport;
using StatusReport = Hierarchy.Domain.Reports.StatusReport;
using Targeting = Hierarchy.Protocol.Catalog.V1.Targeting;
using UpdateState = Hierarchy.Domain.Reports.UpdateState;

namespace Hierarchy.Tests.Server.Effects;

/// <summary>What would happen, at a whole server: it says what does, and changes nothing.</summary>
public sealed class WhatIfTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Approve_WhatIf_CountsComputersByGroupSiteAndServerAndThoseInNeed()
    {
        await using var root = await RunningServer.RootAsync();
        var update = (await root.AddUpdateAsync(title: "The update")).UpdateId;
        foreach (var name in new[] { "Pilot", "Servers" }) await root.Admin.AddGroupAsync(new AddGroupRequest { Name = name }, cancellationToken: Token);
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "branch", Subnets = { "10.1.0.0/16" } }, cancellationToken: Token);
        await ReportAsync(root, "pc-1", "10.1.0.1", update, UpdateState.NotInstalled, "Pilot");
        await ReportAsync(root, "pc-2", "10.9.0.1", update, UpdateState.Installed, "Pilot");
        await ReportAsync(root, "pc-3", "10.1.0.3", update, UpdateState.NotInstalled, "Pilot", "Servers");
        await ReportAsync(root, "pc-4", "10.1.0.4", update, UpdateState.NotInstalled, "Servers");
        await root.Admin.ApproveAsync(new ApproveRequest { Update = update.ToString(), Group = "Servers", Action = ApprovalAction.NotApproved }, cancellationToken: Token);
        var before = root.Log.Head.Position;
        var request = new ApproveRequest { Update = update.ToString(), Group = "Pilot" };

        var said = await root.Admin.ApproveAsync(new ApproveRequest(request) { WhatIf = true }, cancellationToken: Token);

        Assert.Equal(before, root.Log.Head.Position);
        Assert.True(said.Changed);
        Assert.Null(said.Position);
        var effects = said.Effects;
        Assert.Equal((4, 3, 1), (effects.Known, effects.Computers, effects.Updates));
        Assert.Equal([new ActionEffect { Before = DecisionAction.Evaluate, After = DecisionAction.Install, Decisions = 3, Needed = 2 }], effects.Actions);
        Assert.Equal(["Pilot 3", "Servers 1"], effects.Groups.Select(place => $"{place.Name} {place.Computers}"));
        Assert.Equal(["branch 2", " 1"], effects.Sites.Select(place => $"{place.Name} {place.Computers}"));
        Assert.Equal(["root 3"], effects.Servers.Select(place => $"{place.Name} {place.Computers}"));
        var conflict = Assert.Single(effects.Conflicts);
        Assert.Equal(("The update", "Pilot", "Servers", 1), (conflict.Title, conflict.Winner, conflict.Loser, conflict.Computers));

        await root.Admin.ApproveAsync(request, cancellationToken: Token);
        var again = await root.Admin.ApproveAsync(new ApproveRequest(request) { WhatIf = true }, cancellationToken: Token);
        Assert.False(again.Changed);
        Assert.Equal(new DecisionEffects(), again.Effects);
        Assert.Equal(DecisionAction.Install, Told(root, "pc-3", update, "Pilot", "Servers"));
        Assert.Equal(DecisionAction.Evaluate, Told(root, "pc-4", update, "Servers"));
    }

    [Fact]
    public async Task EveryDecidingVerb_WhatIf_ChangesNothing()
    {
        await using var root = await RunningServer.RootAsync();
        var update = (await root.AddUpdateAsync(title: "The update")).UpdateId;
        var (admin, groups, sites) = (root.Admin, new GroupService.GroupServiceClient(root.Channel), new SiteService.SiteServiceClient(root.Channel));
        await admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await admin.AddGroupAsync(new AddGroupRequest { Name = "World" }, cancellationToken: Token);
        await admin.AddSiteAsync(new AddSiteRequest { Name = "a", Subnets = { "10.1.0.0/16" } }, cancellationToken: Token);
        await admin.AddSiteAsync(new AddSiteRequest { Name = "b", Subnets = { "10.2.0.0/16" } }, cancellationToken: Token);
        await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "a", To = "b", Expect = LinkExpectation.New }, cancellationToken: Token);
        await admin.ApproveAsync(new ApproveRequest { Update = update.ToString(), Group = "Pilot" }, cancellationToken: Token);
        await ReportAsync(root, "pc-1", "10.1.0.1", update, UpdateState.NotInstalled, "Pilot");
        await Eventually.HoldsAsync("the root is enrolled", () => root.Views.View.Servers.Count == 1);
        var before = root.Log.Head;

        DecisionEffects[] effects =
        [
            (await admin.ApproveAsync(new ApproveRequest { Update = update.ToString(), Group = "Pilot", Reach = ApprovalReach.SameAsParent, WhatIf = true }, cancellationToken: Token)).Effects,
            (await admin.DeclineAsync(new DeclineRequest { Update = update.ToString(), WhatIf = true }, cancellationToken: Token)).Effects,
            (await groups.MoveGroupAsync(new MoveGroupRequest { Name = "Pilot", Parent = "World", WhatIf = true }, cancellationToken: Token)).Effects,
            (await groups.RenameGroupAsync(new RenameGroupRequest { Name = "Pilot", NewName = "Europe", WhatIf = true }, cancellationToken: Token)).Effects,
            (await groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "Pilot", WhatIf = true }, cancellationToken: Token)).Effects,
            (await groups.SetTargetingAsync(new SetTargetingRequest { Targeting = Targeting.Server, WhatIf = true }, cancellationToken: Token)).Effects,
            (await admin.AssignComputersAsync(new AssignComputersRequest { Computers = { new ComputerAssignment { ComputerId = "pc-1", Groups = { "World" } } }, WhatIf = true }, cancellationToken: Token)).Effects,
            (await admin.AddGroupAsync(new AddGroupRequest { Name = "New", WhatIf = true }, cancellationToken: Token)).Effects,
            (await admin.AddSiteAsync(new AddSiteRequest { Name = "c", Subnets = { "10.3.0.0/16" }, WhatIf = true }, cancellationToken: Token)).Effects,
            (await sites.SetSiteAsync(new SetSiteRequest { Name = "a", AddSubnets = { "10.4.0.0/16" }, WhatIf = true }, cancellationToken: Token)).Effects,
            (await sites.SetDefaultSiteAsync(new SetDefaultSiteRequest { Name = "a", WhatIf = true }, cancellationToken: Token)).Effects,
            (await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "a", To = "b", Cost = 7, WhatIf = true }, cancellationToken: Token)).Effects,
            (await sites.RemoveSiteLinkAsync(new RemoveSiteLinkRequest { From = "a", To = "b", WhatIf = true }, cancellationToken: Token)).Effects,
            (await admin.RemoveSiteAsync(new RemoveSiteRequest { Name = "a", EvenIfUsed = true, WhatIf = true }, cancellationToken: Token)).Effects,
        ];

        Assert.Equal(before.Position, root.Log.Head.Position);
        Assert.Equal(before.Digest.ToArray(), root.Log.Head.Digest.ToArray());
        Assert.Null(root.Views.View.Groups.Find("New"));
        // Install no longer; declined and told nothing; in the same groups still, but not by the other name; nowhere then.
        int[] computers = [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(computers, effects.Select(effect => effect.Computers));
        Assert.All(effects, effect => Assert.Equal(1, effect.Known));
        await Assert.ThrowsAsync<RpcException>(async () => await admin.ApproveAsync(new ApproveRequest { Update = update.ToString(), Group = "Nobody", WhatIf = true }, cancellationToken: Token));
    }

    [Fact]
    public async Task Approve_WhatIfWithContent_SaysBytesOfEveryServerAndOverWhichLink()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, "branch-server");
        var update = await AddWithFileAsync(root, 5_000_000);
        await Eventually.HoldsAsync("the root has taken the replica in", () => root.Views.View.Servers.Values.Any(server => server.Name == "branch-server"));
        var request = new ApproveRequest { Update = update.UpdateId.ToString(), Group = "All Computers", WhatIf = true };

        var said = (await root.Admin.ApproveAsync(request, cancellationToken: Token)).Effects;

        Assert.Equal(["branch-server from root: 5000000 in 1", "root from Microsoft Update: 5000000 in 1"], said.Content.Select(content => $"{content.Server} from {content.Source}: {content.Bytes} in {content.Files}"));
        Assert.Empty(said.Links); // No links are made yet.
        await root.Admin.ApproveAsync(new ApproveRequest(request) { WhatIf = false }, cancellationToken: Token);
        var less = (await root.Admin.DeclineAsync(new DeclineRequest { Update = update.UpdateId.ToString(), WhatIf = true }, cancellationToken: Token)).Effects;
        Assert.Equal([5_000_000L, 5_000_000L], less.Content.Select(content => content.BytesLess));
    }

    private static async Task ReportAsync(RunningServer root, string id, string address, Guid update, UpdateState state, params string[] groups) =>
        await root.Get<IReportStore>().MergeAsync(
            [new ComputerReport { ComputerId = id, Incarnation = 1, Counter = 1, Name = id, Address = address, Groups = groups, ServerId = root.Views.View.Servers.Values.FirstOrDefault()?.Id.ToString("D") ?? "", ReportedAt = DateTimeOffset.UnixEpoch }],
            [new StatusReport(id, 1, 1, update, 100, state, 0, DateTimeOffset.UnixEpoch)], child: null, Token);

    private static DecisionAction Told(RunningServer root, string id, Guid update, params string[] groups)
    {
        var view = root.Views.View;
        var decisions = new List<Hierarchy.Domain.Approvals.Decision>();
        view.Decide(view.Updates[update], view.MembershipOf(new ComputerFacts(id) { Named = groups }), decisions);
        return (DecisionAction)(int)decisions.Single().Action;
    }

    private static async Task<RevisionId> AddWithFileAsync(RunningServer root, long size)
    {
        var id = new RevisionId(Guid.NewGuid(), 100);
        var (sha1, sha256) = (Convert.ToBase64String(new byte[20]), Convert.ToBase64String(new byte[32]));
        var xml =
            $"""
            <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="{id.UpdateId}" RevisionNumber="100" />
            <upd:Properties UpdateType="Software" DefaultPropertiesLanguage="en" ExplicitlyDeployable="true" PublicationState="Published" CreationDate="2026-10-04T12:00:58.287Z" />
            <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>With a file</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>
            <upd:Files><upd:File Digest="{sha1}" DigestAlgorithm="SHA1" FileName="a.cab" Size="{size}" Modified="2026-10-04T12:00:58.287Z"><upd:AdditionalDigest Algorithm="SHA256">{sha256}</upd:AdditionalDigest></upd:File></upd:Files>
            </upd:Update>
            """;
        var log = root.Get<IAuthorityLog>();
        var payload = RevisionRecords.Encode(UpdateDocument.Read(xml), xml, await log.ReserveRevisionNumbersAsync(1, Token), _ => null, DateTimeOffset.UnixEpoch);
        var committed = await log.CommitAsync([CatalogRecords.Revision(id, payload)], Token);
        await root.Views.WaitForAsync(committed.Head.Position.Sequence, Token);
        return id;
    }
}
