using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;
using Xunit;

namespace Hierarchy.Tests.Server.Auditing;

/// <summary>Who changed what, at whole servers.</summary>
public sealed class AuditTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static CallOptions AsAnna => new(new Metadata { { Caller.UserKey, System.Text.Encoding.UTF8.GetBytes("anna@müller") } }, cancellationToken: Token);

    [Fact]
    public async Task Decision_OfEveryVerb_WritesOneEntryInItsOwnTransaction()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the root has taken the replica in", () => root.Views.View.Servers.Values.Any(server => server.Name == "replica"));
        await replica.EqualsAsync(root);
        var update = (await root.AddUpdateAsync(title: "The update")).UpdateId.ToString();
        var (admin, groups, sites) = (root.Admin, new GroupService.GroupServiceClient(root.Channel), new SiteService.SiteServiceClient(root.Channel));
        (string Verb, Func<Task> Decide, string What)[] decisions =
        [
            ("groups add", async () => await admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, AsAnna), "Pilot: nothing -> Pilot, in All Computers"),
            ("approve", async () => await admin.ApproveAsync(new ApproveRequest { Update = update, Group = "Pilot" }, AsAnna), "The update: inherits -> install, revision 100"),
            ("decline", async () => await admin.DeclineAsync(new DeclineRequest { Update = update }, AsAnna), "The update: not declined -> declined"),
            ("groups rename", async () => await groups.RenameGroupAsync(new RenameGroupRequest { Name = "Pilot", NewName = "Europe" }, AsAnna), "Europe: Pilot, in All Computers -> Europe, in All Computers"),
            ("computers assign", async () => await admin.AssignComputersAsync(new AssignComputersRequest { Computers = { new ComputerAssignment { ComputerId = "id-1", Name = "pc-1", Groups = { "Europe" } } } }, AsAnna), "pc-1 (id-1): what it names counts -> in Europe"),
            ("groups add", async () => await admin.AddGroupAsync(new AddGroupRequest { Name = "World" }, AsAnna), "World: nothing -> World, in All Computers"),
            ("groups move", async () => await groups.MoveGroupAsync(new MoveGroupRequest { Name = "Europe", Parent = "World" }, AsAnna), "Europe: Europe, in All Computers -> Europe, in World"),
            ("groups remove", async () => await groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "Europe" }, AsAnna), "Europe: Europe, in World -> nothing"),
            ("groups targeting set", async () => await groups.SetTargetingAsync(new SetTargetingRequest { Targeting = Targeting.Server }, AsAnna), "the tree: default site none, targeting either -> default site none, targeting server"),
            ("sites add", async () => await admin.AddSiteAsync(new AddSiteRequest { Name = "a", Subnets = { "10.1.0.0/16" } }, AsAnna), "a: nothing -> owns 10.1.0.0/16"),
            ("sites set", async () => await sites.SetSiteAsync(new SetSiteRequest { Name = "a", AddSubnets = { "10.2.0.0/16" } }, AsAnna), "a: owns 10.1.0.0/16 -> owns 10.1.0.0/16, 10.2.0.0/16"),
            ("sites default", async () => await sites.SetDefaultSiteAsync(new SetDefaultSiteRequest { Name = "a" }, AsAnna), "the tree: default site none, targeting server -> default site a, targeting server"),
            ("sites import", async () => await sites.ImportNetworkAsync(new ImportNetworkRequest { Subnets = { new ImportedSubnet { Line = 1, Site = "b", Subnet = "10.3.0.0/16" } } }, AsAnna), "b: nothing -> owns 10.3.0.0/16"),
            ("sites links add", async () => await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "a", To = "b", Cost = 5, Expect = LinkExpectation.New }, AsAnna), "a - b: nothing -> cost 5"),
            ("sites links set", async () => await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "a", To = "b", Cost = 7, Expect = LinkExpectation.Present }, AsAnna), "a - b: cost 5 -> cost 7"),
            ("sites links remove", async () => await sites.RemoveSiteLinkAsync(new RemoveSiteLinkRequest { From = "a", To = "b" }, AsAnna), "a - b: cost 7 -> nothing"),
            ("sites remove", async () => await admin.RemoveSiteAsync(new RemoveSiteRequest { Name = "b" }, AsAnna), "b: owns 10.3.0.0/16 -> nothing"),
            ("servers set", async () => await admin.SetServerAsync(new SetServerRequest { Server = "replica", ContentSource = ContentSource.MicrosoftUpdate }, AsAnna), "replica: as it was started -> files from Microsoft Update"),
            ("content policy set", async () => await new ContentService.ContentServiceClient(root.Channel).SetContentPolicyAsync(new SetContentPolicyRequest { Fetch = ContentFetch.Never }, AsAnna), "content of the tree: nothing decided -> never fetched"),
            ("sync languages set", async () => await admin.ChangeSyncSelectionAsync(new ChangeSyncSelectionRequest { Part = SelectionPart.Languages, Change = SelectionChange.Set, All = true }, AsAnna), "languages: all"),
        ];
        foreach (var (verb, decide, what) in decisions)
        {
            var before = root.Log.Head.Position.Sequence;

            await decide();

            var entry = (await ListAsync(root, new ListAuditEntriesRequest { PageSize = 1 })).Entries.Single();
            Assert.Equal((verb, "anna@müller", "127.0.0.1", "root"), (entry.Verb, entry.RequestedBy, entry.Address, entry.ServerName));
            Assert.EndsWith(what, $"{entry.Items[0].Subject}: {entry.Items[0].Before} -> {entry.Items[0].After}", StringComparison.Ordinal);
            Assert.Equal(before + entry.Changes + 1, root.Log.Head.Position.Sequence);
            Assert.Equal(entry.Changes, entry.Items.Count);
        }

        await replica.EqualsAsync(root);
        Assert.Equal(decisions.Length, (await ListAsync(root, new ListAuditEntriesRequest())).Entries.Count);
        Assert.Equal(await ListAsync(root, new ListAuditEntriesRequest()), await ListAsync(replica, new ListAuditEntriesRequest()));
    }

    [Fact]
    public async Task Decision_RefusedOrWithoutAChange_WritesNoEntry()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await root.AddUpdateAsync();
        var request = new ApproveRequest { Update = id.UpdateId.ToString(), Group = "All Computers", RequestedBy = "somebody@else" };
        await root.Admin.ApproveAsync(request, AsAnna);
        var before = root.Log.Head.Position;

        Assert.False((await root.Admin.ApproveAsync(request, AsAnna)).Changed);
        await Assert.ThrowsAsync<RpcException>(async () => await root.Admin.ApproveAsync(new ApproveRequest { Update = id.UpdateId.ToString(), Group = "Nobody" }, AsAnna));
        await Assert.ThrowsAsync<RpcException>(async () => await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "All Computers" }, AsAnna));

        Assert.Equal(before, root.Log.Head.Position);
        // Where a request says itself who asks, that counts.
        Assert.Equal("somebody@else", Assert.Single((await ListAsync(root, new ListAuditEntriesRequest())).Entries).RequestedBy);
    }

    [Fact]
    public async Task Synchronization_ThatChoosesTheDefaults_SaysWhoStartedIt()
    {
        await using var root = await RunningServer.RootAsync();
        using (var sync = root.Admin.RunSync(new RunSyncRequest { RequestedBy = "anna@pc" }, cancellationToken: Token))
            while (await sync.ResponseStream.MoveNext(Token)) { }

        var entry = Assert.Single((await ListAsync(root, new ListAuditEntriesRequest { Verb = "sync" })).Entries);

        Assert.Equal(("sync run", "anna@pc", "127.0.0.1"), (entry.Verb, entry.RequestedBy, entry.Address));
        Assert.StartsWith("products: ", Assert.Single(entry.Items).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedule_ThatIsSet_IsToldThoughItStandsInNoRecord()
    {
        await using var root = await RunningServer.RootAsync();
        var request = new SetSyncScheduleRequest { Schedule = new SyncSchedule { TimesADay = 4, FirstMinute = 180 } };

        await root.Admin.SetSyncScheduleAsync(request, AsAnna);
        await root.Admin.SetSyncScheduleAsync(request, AsAnna);

        var entry = Assert.Single((await ListAsync(root, new ListAuditEntriesRequest())).Entries);
        Assert.Equal(("sync schedule set", "anna@müller", 0), (entry.Verb, entry.RequestedBy, entry.Changes));
        Assert.Equal("4 times a day from 03:00", Assert.Single(entry.Items).After);
    }

    [Fact]
    public async Task Autonomous_Decisions_AreItsOwnLogsAndNotTheRoots()
    {
        await using var root = await RunningServer.RootAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the lab has a catalog", () => lab.Views.Current.Checkpoint is not null);
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Of the root" }, AsAnna);

        await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Of the lab" }, AsAnna);

        Assert.Equal("Of the lab", Assert.Single((await ListAsync(lab, new ListAuditEntriesRequest())).Entries).Items[0].Subject);
        Assert.Equal("Of the root", Assert.Single((await ListAsync(root, new ListAuditEntriesRequest())).Entries).Items[0].Subject);
    }

    [Fact]
    public async Task List_ByEveryCondition_GivesWhatFitsInPagesThatStayGood()
    {
        await using var root = await RunningServer.RootAsync();
        var (one, two) = (await root.AddUpdateAsync(title: "One"), await root.AddUpdateAsync(title: "Two"));
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, AsAnna);
        await ApproveAsync(root, one, "Pilot", "bert@pc");
        await ApproveAsync(root, two, "Pilot", "bert@pc");
        await ApproveAsync(root, one, "All Computers", "carl@pc");

        Assert.Equal(["approve", "approve"], await VerbsAsync(new ListAuditEntriesRequest { Update = one.UpdateId.ToString() }));
        Assert.Equal(["approve", "approve", "groups add"], await VerbsAsync(new ListAuditEntriesRequest { Group = "pilot" }));
        Assert.Equal(["approve", "approve"], await VerbsAsync(new ListAuditEntriesRequest { RequestedBy = "BERT" }));
        Assert.Equal(["groups add"], await VerbsAsync(new ListAuditEntriesRequest { Verb = "groups" }));
        Assert.Empty(await VerbsAsync(new ListAuditEntriesRequest { Verb = "group" }));
        Assert.Equal(["approve"], await VerbsAsync(new ListAuditEntriesRequest { Group = "Pilot", Update = two.UpdateId.ToString(), RequestedBy = "bert", Verb = "approve" }));
        Assert.Empty(await VerbsAsync(new ListAuditEntriesRequest { Until = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) }));
        var all = (await ListAsync(root, new ListAuditEntriesRequest())).Entries;
        Assert.Equal(4, (await ListAsync(root, new ListAuditEntriesRequest { Since = Timestamp.FromDateTime(DateTime.UnixEpoch) })).Entries.Count);
        // From the moment of an entry on; times are those of keys, to the millisecond.
        var third = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds(all[1].Time.ToDateTimeOffset().ToUnixTimeMilliseconds()));
        Assert.Contains(all[1], (await ListAsync(root, new ListAuditEntriesRequest { Since = third })).Entries);
        Assert.DoesNotContain(all[1], (await ListAsync(root, new ListAuditEntriesRequest { Until = third })).Entries);

        var first = await ListAsync(root, new ListAuditEntriesRequest { PageSize = 2 });
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Meanwhile" }, AsAnna);
        var second = await ListAsync(root, new ListAuditEntriesRequest { PageSize = 2, PageToken = first.NextPageToken });

        Assert.Equal(all, first.Entries.Concat(second.Entries));
        foreach (var bad in new[] { new ListAuditEntriesRequest { PageSize = 501 }, new ListAuditEntriesRequest { PageToken = "x" }, new ListAuditEntriesRequest { Since = third, Until = third } })
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => ListAsync(root, bad))).StatusCode);

        async Task<string[]> VerbsAsync(ListAuditEntriesRequest request) => [.. (await ListAsync(root, request)).Entries.Select(entry => entry.Verb)];
    }

    [Fact]
    public async Task Keeper_OldAndTooManyEntries_AreRemovedEverywhere()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        for (var i = 0; i < 5; i++) await root.Admin.AddGroupAsync(new AddGroupRequest { Name = $"Group {i}" }, AsAnna);
        var log = root.Get<IAuthorityLog>();
        var ancient = new Hierarchy.Domain.Audit.AuditEntry { Time = DateTimeOffset.UnixEpoch.AddYears(30), Verb = "ancient" };
        await log.CommitAsync([.. Enumerable.Range(0, 450).Select(i => AuditRecords.Entry(ancient, (ulong)i))], Token);
        Assert.Equal(200, (await ListAsync(root, new ListAuditEntriesRequest { Verb = "ancient", PageSize = 200 })).Entries.Count);

        Assert.Equal(450, await root.Get<AuditKeeper>().RunAsync(Token));
        Assert.Equal(0, await root.Get<AuditKeeper>().RunAsync(Token));
        Assert.Empty((await ListAsync(root, new ListAuditEntriesRequest { Verb = "ancient" })).Entries);
        root.Get<AuditOptions>().Most = 2;
        Assert.Equal(3, await root.Get<AuditKeeper>().RunAsync(Token));

        Assert.Equal(["Group 4", "Group 3"], (await ListAsync(root, new ListAuditEntriesRequest())).Entries.Select(entry => entry.Items[0].Subject));
        // Before it is enrolled, it does not know who decides for it.
        await Eventually.HoldsAsync("the replica is enrolled", () => root.Views.View.Servers.Count == 2);
        await replica.EqualsAsync(root);
        Assert.Equal(await ListAsync(root, new ListAuditEntriesRequest()), await ListAsync(replica, new ListAuditEntriesRequest()));
    }

    private static async Task ApproveAsync(RunningServer root, RevisionId id, string group, string by) =>
        await root.Admin.ApproveAsync(new ApproveRequest { Update = id.UpdateId.ToString(), Group = group, RequestedBy = by }, cancellationToken: Token);

    private static async Task<ListAuditEntriesResponse> ListAsync(RunningServer server, ListAuditEntriesRequest request) =>
        await new AuditService.AuditServiceClient(server.Channel).ListAuditEntriesAsync(request, cancellationToken: Token);
}
