using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Office;
using Hierarchy.Domain.Policies;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Xunit;
using OfficeInstallation = Hierarchy.Protocol.Client.V1.OfficeInstallation;
using OfficeProductLine = Hierarchy.Protocol.Client.V1.OfficeProductLine;
using OfficeReport = Hierarchy.Protocol.Client.V1.OfficeReport;
using OfficeSourceKind = Hierarchy.Protocol.Client.V1.OfficeSourceKind;
using OfficeSourceState = Hierarchy.Protocol.Client.V1.OfficeSourceState;

namespace Hierarchy.Tests.Server;

/// <summary>What agents say of Office and of what they hold, at whole servers.</summary>
public sealed class OfficeStatusTests
{
    private const string Office2003 = "1403f223-a63f-f572-82ba-c92391218055";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Report_ToAReplica_IsExplainedAtTheRoot()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        var id = await AddAsync(root);
        await root.Admin.ApproveAsync(new ApproveRequest { Update = id.UpdateId.ToString(), Group = "All Computers" }, cancellationToken: Token);
        await replica.EqualsAsync(root);
        var request = Report("pc-1");
        request.Office = new OfficeReport
        {
            Known = true,
            Installations =
            {
                new OfficeInstallation { Line = OfficeProductLine._2003, SourceKind = OfficeSourceKind.AdministrativeInstallPoint, SourceState = OfficeSourceState.Updated, Name = "Office" },
                new OfficeInstallation { Line = OfficeProductLine._2003, SourceKind = OfficeSourceKind.Media, User = "anna" },
            },
        };
        request.Statuses.Add([Status(id, "", HoldReason.UpdatedInstallPoint), Status(id, "anna", HoldReason.PerUserNever)]);
        await replica.Client.ReportAsync(request, cancellationToken: Token);

        await Eventually.HoldsAsync("the root has both statuses", async () => (await StatusAsync(root, id)).Computers.Count == 2);
        var status = await StatusAsync(root, id);
        Assert.Equal([("", HoldReason.UpdatedInstallPoint), ("anna", HoldReason.PerUserNever)], status.Computers.Select(computer => (computer.User, computer.Hold)).OrderBy(said => said.User, StringComparer.Ordinal));
        Assert.All(status.Computers, computer => Assert.Contains("Cc720471", string.Join(' ', computer.Held), StringComparison.Ordinal));
        Assert.Equal(new Dictionary<int, int> { [(int)HoldReason.UpdatedInstallPoint] = 1, [(int)HoldReason.PerUserNever] = 1 }, status.Held);

        var computer = await root.Admin.GetComputerAsync(new GetComputerRequest { Computer = "pc-1" }, cancellationToken: Token);
        Assert.Equal(["Office 2003, administrative installation point (updated), for the computer", "Office 2003, from media, of user anna"], computer.Office);
        Assert.Contains(computer.OfficeNotes, note => note.Contains("903775", StringComparison.Ordinal));
        Assert.DoesNotContain(computer.OfficeNotes, note => note.Contains("not enforceable", StringComparison.Ordinal));
        await root.Get<IAuthorityLog>().CommitAsync([PolicyRecords.Policy(TargetGroup.AllComputers.Id, new ClientPolicy { BlockOfficeOnline = true })], Token);
        await Eventually.HoldsAsync("what cannot be enforced is said", async () => (await root.Admin.GetComputerAsync(new GetComputerRequest { Computer = "pc-1" }, cancellationToken: Token)).OfficeNotes
            .Any(note => note.Contains("Office 2003: not enforceable", StringComparison.Ordinal)));

        foreach (var server in new[] { root, replica })
        {
            var explained = await Approvals(server).ExplainDecisionAsync(new ExplainDecisionRequest { Computer = "pc-1", Update = id.UpdateId.ToString() }, cancellationToken: Token);
            Assert.Equal(3, explained.Outcome.Count(line => line.StartsWith("Remedy:", StringComparison.Ordinal) && !line.Contains("--office-per-user", StringComparison.Ordinal)));
            Assert.Equal([("", HoldReason.UpdatedInstallPoint), ("anna", HoldReason.PerUserNever)], explained.Reported.Select(said => (said.User, said.Hold)));
        }
    }

    [Fact]
    public async Task Explain_ComputersThatSayNothing_SaysWhatIsNotKnown()
    {
        await using var root = await RunningServer.RootAsync();
        var id = await AddAsync(root);
        await root.Client.ReportAsync(Report("no-agent"), cancellationToken: Token);
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await root.Admin.AssignComputersAsync(new AssignComputersRequest { Computers = { new ComputerAssignment { ComputerId = "c2", Name = "unseen", Groups = { "Pilot" } } } }, cancellationToken: Token);

        var explained = await Approvals(root).ExplainDecisionAsync(new ExplainDecisionRequest { Computer = "no-agent", Update = id.UpdateId.ToString() }, cancellationToken: Token);
        Assert.Contains("said nothing of this update yet", explained.Outcome[0], StringComparison.Ordinal);
        Assert.Contains(OfficeWords.NoAgent, explained.Outcome);
        Assert.Equal([OfficeWords.NoAgent], (await root.Admin.GetComputerAsync(new GetComputerRequest { Computer = "no-agent" }, cancellationToken: Token)).OfficeNotes);

        explained = await Approvals(root).ExplainDecisionAsync(new ExplainDecisionRequest { Computer = "unseen", Update = id.UpdateId.ToString() }, cancellationToken: Token);
        Assert.Contains("never reported", explained.Outcome[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(1024, 0)]
    [InlineData(0, 257)]
    public async Task Report_WhatNoAgentSays_IsRefusedAndKeepsNothing(int hold, int copies)
    {
        await using var root = await RunningServer.RootAsync();
        var id = await AddAsync(root);
        var request = Report("pc-1");
        request.Office = new OfficeReport { Known = true, Installations = { Enumerable.Range(0, copies).Select(_ => new OfficeInstallation { Line = OfficeProductLine._2007 }) } };
        request.Statuses.Add(Status(id, "", (HoldReason)hold));

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await root.Client.ReportAsync(request, cancellationToken: Token));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Empty((await root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: Token)).Computers);
        Assert.Empty((await StatusAsync(root, id)).Computers);
    }

    private static ReportRequest Report(string name) => new() { ClientId = name, Incarnation = 1, Counter = 1, Name = name, OperatingSystem = "Windows" };

    private static UpdateStatus Status(RevisionId id, string user, HoldReason hold) => new()
    {
        UpdateId = Positions.Id(id.UpdateId), RevisionNumber = id.RevisionNumber, State = UpdateState.NotInstalled, Time = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), User = user, Hold = hold,
    };

    private static async Task<GetUpdateStatusResponse> StatusAsync(RunningServer server, RevisionId id)
        => await server.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = id.UpdateId.ToString() }, cancellationToken: Token);

    private static ApprovalService.ApprovalServiceClient Approvals(RunningServer server) => new(server.Channel);

    private static async Task<RevisionId> AddAsync(RunningServer root)
    {
        var id = new RevisionId(Guid.NewGuid(), 100);
        var log = root.Get<IAuthorityLog>();
        var xml =
            $"""
            <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="{id.UpdateId}" RevisionNumber="100" />
            <upd:Properties UpdateType="Software" DefaultPropertiesLanguage="en" ExplicitlyDeployable="true" PublicationState="Published" CreationDate="2026-10-04T12:00:58.287Z" />
            <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>An update of Office</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>
            <upd:Relationships><upd:Prerequisites><upd:AtLeastOne IsCategory="true"><upd:UpdateIdentity UpdateID="{Office2003}" /></upd:AtLeastOne></upd:Prerequisites></upd:Relationships>
            </upd:Update>
            """;
        var number = await log.ReserveRevisionNumbersAsync(1, Token);
        var committed = await log.CommitAsync([CatalogRecords.Revision(id, RevisionRecords.Encode(UpdateDocument.Read(xml), xml, number, _ => null, DateTimeOffset.UnixEpoch))], Token);
        await root.Views.WaitForAsync(committed.Head.Position.Sequence, Token);
        return id;
    }
}
