using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using ApprovalRule = Hierarchy.Domain.Approvals.Rules.ApprovalRule;

namespace Hierarchy.Server.Rules;

/// <summary>Puts what an administrator said into a rule: names are looked up, and what makes no rule is refused.</summary>
internal sealed class RuleWriter(ServedView view)
{
    private readonly CategoryTree _categories = CategoryTree.Of(view);

    /// <summary>The rule as it is then; what is not said stays.</summary>
    public ApprovalRule Apply(ApprovalRule rule, ApprovalRuleSettings settings)
    {
        if (settings.HasName) rule = rule with { Name = RuleFinder.Checked(settings.Name) };
        if (settings.HasOn) rule = rule with { IsOn = settings.On };
        if (settings.HasOrder) rule = rule with { Order = settings.Order >= 1 ? settings.Order : throw Refusal.Invalid("Places are counted from 1.") };
        if (settings.Classifications is { } classifications) rule = rule with { Classifications = Categories(classifications, _categories.Classifications, rule.Classifications, "classifications") };
        if (settings.Products is { } products) rule = rule with { Products = Categories(products, _categories.Products, rule.Products, "products") };
        if (settings.HasTitlePattern) rule = rule with { Title = Pattern(settings.TitlePattern) };
        if (settings.Groups is { } groups) rule = rule with { Groups = Groups(groups) };
        if (settings.Action != Protocol.Catalog.V1.ApprovalAction.Unspecified) rule = rule with { Action = Action((ApprovalAction)settings.Action) };
        if (settings.Deadline is not null && settings.WithoutDeadline) throw Refusal.Invalid("Give a deadline, or say that there is none: not both.");
        if (settings.WithoutDeadline) rule = rule with { Deadline = null };
        if (settings.Deadline is { } deadline)
            rule = rule with
            {
                Deadline = RuleRecords.FromMessage(deadline)
                    ?? throw Refusal.Invalid($"A rule's deadline is 0 to {RuleDeadline.MaxDays} days after the approval, at a time of day."),
            };
        return rule is { Action: ApprovalAction.OptionalInstall, Deadline: not null }
            ? throw Refusal.Invalid("A deadline goes with install: what is only offered takes none. Leave the deadline away, or let the rule install.")
            : rule;
    }

    private static ApprovalAction Action(ApprovalAction action) => action is ApprovalAction.Install or ApprovalAction.OptionalInstall
        ? action
        : throw Refusal.Invalid("A rule installs, or offers (optional-install): anything else is decided by a person.");

    private static string Pattern(string pattern)
    {
        pattern = pattern.Trim();
        return pattern.Length <= ApprovalRule.MaxTextLength ? pattern : throw Refusal.Invalid($"A title pattern has at most {ApprovalRule.MaxTextLength} characters.");
    }

    private Guid[] Groups(RuleNames names)
    {
        if (names.Names.Count is 0 or > ApprovalRule.MaxGroups) throw Refusal.Invalid($"A rule approves for 1 to {ApprovalRule.MaxGroups} groups.");
        string[] unknown = [.. names.Names.Select(name => name.Trim()).Where(name => view.Groups.Find(name) is null).Select(name => $"'{name}'")];
        if (unknown.Length > 0)
            throw Refusal.NotFound($"There is no group {string.Join(", ", unknown)}. `hierarchy groups list` lists them, `hierarchy groups add` makes one.");
        return Ordered(names.Names.Select(name => view.Groups.Find(name.Trim())!.Id)); // Each was found above.
    }

    private Guid[] Categories(RuleNames names, IReadOnlyList<CategoryTree.Category> offered, IReadOnlyList<Guid> named, string kind)
    {
        if (names.Names.Count > ApprovalRule.MaxCategories) throw Refusal.Invalid($"A rule names at most {ApprovalRule.MaxCategories} {kind}.");
        if (names.Names.Count > 0 && _categories.IsEmpty) throw Refusal.Precondition("Nothing is known yet of products and classifications. Fetch them first: hierarchy sync run --categories-only");
        return Ordered(names.Names.Select(name => SelectionNames.Category(name, offered, named.ToHashSet(), kind).Id));
    }

    // As records hold them, so that equal rules are equal.
    private static Guid[] Ordered(IEnumerable<Guid> ids) => [.. ids.Distinct().OrderBy(id => Convert.ToHexString(id.ToByteArray(bigEndian: true)), StringComparer.Ordinal)];
}
