namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>
/// An automatic approval: which updates, for which groups, what they are to do. Rules are ordered: of those that match an update, the first one that names a group decides for that group, and
/// none ever goes over what is decided for a group already.
/// </summary>
public sealed record ApprovalRule
{
    /// <summary>Rules that a log may hold.</summary>
    public const int MaxRules = 200;

    /// <summary>Groups that a rule may name: all approvals of an update fit into one transaction.</summary>
    public const int MaxGroups = 500;

    /// <summary>Classifications, or products, that a rule may name.</summary>
    public const int MaxCategories = 1000;

    /// <summary>The longest name, and the longest title pattern.</summary>
    public const int MaxTextLength = 256;

    /// <summary>The rule.</summary>
    public required Guid Id { get; init; }

    /// <summary>For people; unique whatever the letter case.</summary>
    public required string Name { get; init; }

    /// <summary>It looks at what synchronizations bring.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Its place: lower ones decide first; of one place the lower id does.</summary>
    public required int Order { get; init; }

    /// <summary>Classifications, of which an update must have one; empty for any.</summary>
    public IReadOnlyList<Guid> Classifications { get; init; } = [];

    /// <summary>Companies, families and products, of which an update must belong to one, or to what stands below it; empty for any.</summary>
    public IReadOnlyList<Guid> Products { get; init; } = [];

    /// <summary>What the title must look like, see <see cref="TitlePattern"/>; empty for any.</summary>
    public string Title { get; init; } = "";

    /// <summary>The groups that it approves for.</summary>
    public required IReadOnlyList<Guid> Groups { get; init; }

    /// <summary>Install or optional install.</summary>
    public ApprovalAction Action { get; init; } = ApprovalAction.Install;

    /// <summary>By when; null for no deadline.</summary>
    public RuleDeadline? Deadline { get; init; }

    /// <summary>In the order in which they decide.</summary>
    public static IEnumerable<ApprovalRule> InOrder(IEnumerable<ApprovalRule> rules) => rules.OrderBy(rule => rule.Order).ThenBy(rule => rule.Id);

    /// <summary>Contents decide.</summary>
    public bool Equals(ApprovalRule? other) =>
        other is not null && Id == other.Id && Name == other.Name && IsOn == other.IsOn && Order == other.Order && Title == other.Title && Action == other.Action && Deadline == other.Deadline
        && Classifications.SequenceEqual(other.Classifications) && Products.SequenceEqual(other.Products) && Groups.SequenceEqual(other.Groups);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Name, Order);
}
