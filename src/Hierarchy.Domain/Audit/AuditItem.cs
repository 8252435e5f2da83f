namespace Hierarchy.Domain.Audit;

/// <summary>One thing that a decision changed: ids to search by, and words that can be read when what they name is long gone.</summary>
/// <param name="Kind">A number of the `RecordKind` enumeration.</param>
/// <param name="Subject">What it is about, in words: an update's title, a group's, site's or computer's name.</param>
/// <param name="Before">How it stood, in words.</param>
/// <param name="After">How it stands now, in words.</param>
public sealed record AuditItem(int Kind, string Subject, string Before, string After)
{
    /// <summary>The update; null where it is about none.</summary>
    public Guid? UpdateId { get; init; }

    /// <summary>The group; null where it is about none.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>The group's name then; empty where it is about none.</summary>
    public string Group { get; init; } = "";
}
