namespace Hierarchy.Content.Bandwidth;

/// <summary>What a link between sites lets through, by the wall clock of this server.</summary>
/// <param name="Name">The link; all transfers over links of one name share its rate.</param>
/// <param name="RateAt">Bytes a second at a time; null: unlimited; 0: closed.</param>
/// <param name="NextChange">When that changes next after a time; null: never.</param>
public sealed record LinkLimit(string Name, Func<DateTimeOffset, long?> RateAt, Func<DateTimeOffset, DateTimeOffset?> NextChange);
