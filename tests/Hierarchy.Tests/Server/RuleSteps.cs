using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>What tests of rules do to a whole server.</summary>
internal static class RuleSteps
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static RuleService.RuleServiceClient Rules(this RunningServer server) => new(server.Channel);

    /// <summary>A rule for all updates and All Computers, changed as the test says.</summary>
    public static async Task AddRuleAsync(this RunningServer server, string name, Action<ApprovalRuleSettings>? say = null)
    {
        var settings = new ApprovalRuleSettings { Groups = Names("All Computers") };
        say?.Invoke(settings);
        await server.Rules().AddApprovalRuleAsync(new AddApprovalRuleRequest { Name = name, Settings = settings }, cancellationToken: Token);
    }

    public static RuleNames Names(params string[] names) => new() { Names = { names } };

    public static async Task<RunApprovalRulesProgress> RunRulesAsync(this RunningServer server, bool whatIf = false, params string[] rules)
    {
        using var call = server.Rules().RunApprovalRules(new RunApprovalRulesRequest { WhatIf = whatIf, Rules = { rules } }, cancellationToken: Token);
        RunApprovalRulesProgress? last = null;
        while (await call.ResponseStream.MoveNext(Token)) last = call.ResponseStream.Current;
        Assert.NotNull(last?.Finished);
        return last;
    }

    public static async Task<RunDeclineRulesProgress> RunDeclinesAsync(this RunningServer server, bool whatIf = false, params string[] rules)
    {
        using var call = server.Rules().RunDeclineRules(new RunDeclineRulesRequest { WhatIf = whatIf, Rules = { rules } }, cancellationToken: Token);
        RunDeclineRulesProgress? last = null;
        while (await call.ResponseStream.MoveNext(Token)) last = call.ResponseStream.Current;
        Assert.NotNull(last?.Finished);
        return last;
    }

    /// <summary>Who approved an update for All Computers, as the log says; null for nobody.</summary>
    public static async Task<string?> ApproverOfAsync(this RunningServer server, Guid update)
    {
        var shown = await server.Admin.GetUpdateAsync(new GetUpdateRequest { Update = update.ToString() }, cancellationToken: Token);
        return shown.Update.Approvals.FirstOrDefault(approval => approval.Group == "All Computers")?.Record.ApprovedBy;
    }

    /// <summary>Puts updates into a root's log in one transaction, as a synchronization would: each may name others that it supersedes.</summary>
    public static async Task<Guid[]> StoreAsync(this RunningServer root, IEnumerable<(string Title, Guid[] Supersedes)> updates, DateTimeOffset? arrival = null)
    {
        var log = root.Get<IAuthorityLog>();
        var changes = new List<Change>();
        var ids = new List<Guid>();
        var all = updates.ToArray();
        var number = await log.ReserveRevisionNumbersAsync(all.Length, Token);
        foreach (var (title, supersedes) in all)
        {
            var id = new RevisionId(Guid.NewGuid(), 100);
            var superseded = string.Concat(supersedes.Select(other => $"<upd:UpdateIdentity UpdateID=\"{other}\" />"));
            var xml =
                $"""
                <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="{id.UpdateId}" RevisionNumber="100" />
                <upd:Properties UpdateType="Software" DefaultPropertiesLanguage="en" ExplicitlyDeployable="true" PublicationState="Published" CreationDate="2026-10-04T12:00:58.287Z" />
                <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>{title}</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>
                <upd:Relationships><upd:SupersededUpdates>{superseded}</upd:SupersededUpdates></upd:Relationships></upd:Update>
                """;
            changes.Add(CatalogRecords.Revision(id, RevisionRecords.Encode(UpdateDocument.Read(xml), xml, number++, _ => null, arrival ?? DateTimeOffset.UnixEpoch)));
            ids.Add(id.UpdateId);
        }

        foreach (var chunk in changes.Chunk(500)) await log.CommitAsync(chunk, Token);
        await root.Views.WaitForAsync(log.Head.Position.Sequence, Token);
        return [.. ids];
    }

    /// <summary>A computer says that it needs an update.</summary>
    public static async Task NeedAsync(this RunningServer server, Guid update) => await server.Client.ReportAsync(
        new ReportRequest
        {
            ClientId = "pc", Incarnation = 1, Counter = 1, Name = "pc.example",
            Statuses = { new UpdateStatus { UpdateId = ByteString.CopyFrom(update.ToByteArray(bigEndian: true)), RevisionNumber = 100, State = UpdateState.NotInstalled, Time = new Timestamp() } },
        },
        cancellationToken: Token);
}
