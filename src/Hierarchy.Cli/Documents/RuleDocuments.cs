using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>Approval rules in their order; not_run says why none runs at the server that was asked.</summary>
internal sealed record RuleListDocument(IReadOnlyList<RuleBody> Rules, string? NotRun);

/// <summary>An approval rule, and where the log stood after a change of it.</summary>
internal sealed record RuleDocument(RuleBody Rule, bool? Changed, PositionDocument? Position);

/// <summary>An approval rule. Empty lists and an empty pattern mean any.</summary>
internal sealed record RuleBody(
    string? RuleId, string Name, bool On, int Order, IReadOnlyList<NamedBody> Classifications, IReadOnlyList<NamedBody> Products, string? TitlePattern, IReadOnlyList<NamedBody> Groups, string Action,
    string? Deadline, bool DeadlineIsFloating)
{
    public static RuleBody From(ApprovalRule rule) => new(
        Wire.Guid(rule.Record.RuleId), rule.Record.Name, rule.Record.On, rule.Record.Order, NamedBody.From(rule.Record.ClassificationIds, rule.Classifications),
        NamedBody.From(rule.Record.ProductIds, rule.Products), Wire.NullIfEmpty(rule.Record.TitlePattern), NamedBody.From(rule.Record.GroupIds, rule.Groups), Wire.Name(rule.Record.Action),
        RuleDeadlineText.Write(rule.Record.Deadline), rule.Record.Deadline is { Floating: true });
}

/// <summary>What has an id and a name.</summary>
internal sealed record NamedBody(string? Id, string Name)
{
    public static IReadOnlyList<NamedBody> From(IEnumerable<Google.Protobuf.ByteString> ids, IEnumerable<string> names) => [.. ids.Zip(names, (id, name) => new NamedBody(Wire.Guid(id), name))];
}

/// <summary>What approval rules did, or would do.</summary>
internal sealed record RuleRunDocument(bool WhatIf, int Updates, int Approvals, IReadOnlyList<RuleResultBody> Rules, PositionDocument? Position, EffectsBody? Effects)
{
    public static RuleRunDocument From(bool whatIf, RuleOutcome outcome, Protocol.Feed.V1.Position? position, DecisionEffects? effects) => new(
        whatIf, outcome.Updates, outcome.Approvals, [.. outcome.Rules.Select(RuleResultBody.From)], PositionDocument.From(position), effects is null ? null : EffectsBody.From(effects));
}

/// <summary>What one approval rule did.</summary>
internal sealed record RuleResultBody(string Rule, int Approvals, IReadOnlyList<RuleApprovalBody> Approved, IReadOnlyList<RuleSkippedBody> Skipped)
{
    public static RuleResultBody From(RuleResult result) => new(
        result.Rule, result.Approvals, [.. result.Approved.Select(approved => new RuleApprovalBody(Wire.Guid(approved.UpdateId), approved.Title, approved.Group))],
        [.. result.Skipped.Select(skipped => new RuleSkippedBody(Wire.Name(skipped.Reason), skipped.Count, Wire.NullIfEmpty(skipped.Example)))]);
}

/// <summary>An update that a rule approved.</summary>
internal sealed record RuleApprovalBody(string? UpdateId, string Title, string Group);

/// <summary>What a rule matched and did not approve.</summary>
internal sealed record RuleSkippedBody(string Reason, int Count, string? Example);

/// <summary>Decline rules by name; not_run as in <see cref="RuleListDocument"/>.</summary>
internal sealed record DeclineRuleListDocument(IReadOnlyList<DeclineRuleBody> Rules, string? NotRun);

/// <summary>A decline rule, and where the log stood after a change of it.</summary>
internal sealed record DeclineRuleDocument(DeclineRuleBody Rule, bool? Changed, PositionDocument? Position);

/// <summary>A decline rule.</summary>
internal sealed record DeclineRuleBody(string? RuleId, string Name, bool On, int OlderThanDays, bool EvenIfNeeded, bool EvenIfNotReplaced)
{
    public static DeclineRuleBody From(DeclineRuleRecord rule) => new(Wire.Guid(rule.RuleId), rule.Name, rule.On, rule.OlderThanDays, rule.EvenIfNeeded, rule.EvenIfNotReplaced);
}

/// <summary>What decline rules did, or would do; kept counts by reason.</summary>
internal sealed record DeclineRunDocument(
    bool WhatIf, int Declined, int ApprovalsRemoved, IReadOnlyDictionary<string, int> Kept, IReadOnlyList<DeclineCandidateBody> Candidates, PositionDocument? Position, EffectsBody? Effects)
{
    public static DeclineRunDocument From(bool whatIf, DeclineOutcome outcome, Protocol.Feed.V1.Position? position, DecisionEffects? effects) => new(
        whatIf, outcome.Declined, outcome.ApprovalsRemoved, outcome.Kept.OrderBy(kept => kept.Key).ToDictionary(kept => Wire.Name((DeclineVerdict)kept.Key), kept => kept.Value),
        [.. outcome.Candidates.Select(candidate => new DeclineCandidateBody(Wire.Name(candidate.Verdict), candidate.Rule, SupersededUpdateBody.From(candidate.Update)))], PositionDocument.From(position),
        effects is null ? null : EffectsBody.From(effects));
}

/// <summary>A superseded update, and what becomes of it.</summary>
internal sealed record DeclineCandidateBody(string Verdict, string Rule, SupersededUpdateBody Update);

/// <summary>Updates that others replace.</summary>
internal sealed record SupersededListDocument(IReadOnlyList<SupersededUpdateBody> Updates, int Total);

/// <summary>An update that others replace.</summary>
internal sealed record SupersededUpdateBody(RelatedUpdateDocument Update, int Needed, IReadOnlyList<SupersedingUpdateBody> SupersededBy)
{
    public static SupersededUpdateBody From(SupersededUpdate update) => new(
        RelatedUpdateDocument.From(update.Update), update.Needed,
        [.. update.SupersededBy.Select(by => new SupersedingUpdateBody(RelatedUpdateDocument.From(by.Update), by.Needed, by.Last))]);
}

/// <summary>An update that replaces another one; the last one is replaced by none.</summary>
internal sealed record SupersedingUpdateBody(RelatedUpdateDocument Update, int Needed, bool Last);
