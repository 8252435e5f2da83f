using Hierarchy.Domain;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Xunit;
using RuleDeadline = Hierarchy.Domain.Approvals.Rules.RuleDeadline;

namespace Hierarchy.Tests.Wire;

/// <summary>Rules as records: what is written is read, equal rules have equal bytes, and damage is told.</summary>
public sealed class RuleRecordsTests
{
    [Fact]
    public void ApprovalRule_WrittenAndRead_IsTheSame()
    {
        var (first, second) = (new Guid("00000001-0000-0000-0000-000000000000"), new Guid("00000002-0000-0000-0000-000000000000"));
        var rule = new ApprovalRule
        {
            Id = Guid.NewGuid(), Name = "A rule", IsOn = false, Order = 3, Classifications = [first, second], Products = [second], Title = "*x*", Groups = [first],
            Action = Hierarchy.Domain.Approvals.ApprovalAction.OptionalInstall, Deadline = new RuleDeadline(7, new TimeOnly(3, 30), IsFloating: true),
        };

        var change = RuleRecords.Rule(rule);

        Assert.Equal(rule, Assert.IsType<ViewRecord.ApprovalRuled>(Read(change)).State);
        Assert.Equal(change.Payload!.Value.ToArray(), RuleRecords.Rule(rule with { Classifications = [second, first, second] }).Payload!.Value.ToArray()); // rules have a payload
        var removed = Assert.IsType<ViewRecord.ApprovalRuled>(Read(RuleRecords.NoApprovalRule(rule.Id)));
        Assert.Equal(rule.Id, removed.RuleId);
        Assert.Null(removed.State);
    }

    [Fact]
    public void Progress_WrittenAndRead_IsTheSame()
    {
        var progress = new RuleProgress(new Position(new LogId(Guid.NewGuid()), 4, Guid.NewGuid(), 1L << 40));

        Assert.Equal(progress, Assert.IsType<ViewRecord.RulesLooked>(Read(RuleRecords.Progress(progress))).State);
    }

    [Fact]
    public void DeclineRule_WrittenAndRead_IsTheSame()
    {
        var rule = new DeclineRule { Id = Guid.NewGuid(), Name = "Superseded", IsOn = true, OlderThanDays = 90, EvenIfNeeded = true, EvenIfNotReplaced = true };

        Assert.Equal(rule, Assert.IsType<ViewRecord.DeclineRuled>(Read(RuleRecords.Rule(rule))).State);
        Assert.Null(Assert.IsType<ViewRecord.DeclineRuled>(Read(RuleRecords.NoDeclineRule(rule.Id))).State);
    }

    [Theory]
    [InlineData(RecordKind.ApprovalRule, 3)]
    [InlineData(RecordKind.DeclineRule, 0)]
    public void Read_KeyOfAnotherShape_IsAnError(RecordKind kind, int length) =>
        Assert.Throws<IntegrityException>(() => CatalogRecords.Read(new ChangeRecord(1, (int)kind, new byte[length], Array.Empty<byte>())));

    [Fact]
    public void View_ForgettingDecisions_ForgetsRules()
    {
        var builder = new ServedViewBuilder();
        var (rule, decline) = (new ApprovalRule { Id = Guid.NewGuid(), Name = "A", Order = 1, Groups = [] }, new DeclineRule { Id = Guid.NewGuid(), Name = "D" });
        foreach (var change in new[] { RuleRecords.Rule(rule), RuleRecords.Rule(decline), RuleRecords.Progress(new RuleProgress(new Position(new LogId(Guid.NewGuid()), 1, Guid.NewGuid(), 2))) })
            builder.Apply(Read(change)!); // rules are shown

        var before = builder.Build(LogHead.Empty);
        var next = new ServedViewBuilder(before);
        Assert.Equal((1, 1, true), (next.Build(LogHead.Empty).AutomaticApprovals.Count, before.AutomaticDeclines.Count, before.RulesLooked is not null));
        next.ForgetDecisions();
        var after = next.Build(LogHead.Empty);

        Assert.Equal((0, 0, true), (after.AutomaticApprovals.Count, after.AutomaticDeclines.Count, after.RulesLooked is null));
    }

    private static ViewRecord? Read(Change change) => CatalogRecords.Read(new ChangeRecord(7, change.Kind, change.Key, change.Payload));
}
