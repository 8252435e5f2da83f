namespace Hierarchy.Domain.Audit;

/// <summary>Who changed what, when and from where: a record of the log that decides, committed in the transaction of the changes themselves. Texts that are too long are cut when it is written.</summary>
public sealed record AuditEntry
{
    /// <summary>Of a decision about more, the first so many are told one by one; <see cref="Changes"/> counts all.</summary>
    public const int MostItems = 100;

    /// <summary>The longest text of an entry.</summary>
    public const int LongestText = 256;

    /// <summary>When it was decided, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The command that decided it, without its arguments, e.g. `groups add`.</summary>
    public required string Verb { get; init; }

    /// <summary>Who decided: `user@host` as the caller says, or what decides by itself (a rule, an upstream); empty when nobody said.</summary>
    public string RequestedBy { get; init; } = "";

    /// <summary>The address that the call came from; empty for what the server decided by itself.</summary>
    public string Address { get; init; } = "";

    /// <summary>The server that was told.</summary>
    public Guid ServerId { get; init; }

    /// <summary>Its name then.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>What changed.</summary>
    public IReadOnlyList<AuditItem> Items { get; init; } = [];

    /// <summary>How many records changed.</summary>
    public int Changes { get; init; }
}
