namespace Hierarchy.Server.Auditing;

/// <summary>What somebody is about to decide, for the record.</summary>
/// <param name="Verb">The command without its arguments, e.g. `groups add`.</param>
/// <param name="RequestedBy">Who, where the request itself says so, or what decides by itself (a rule, an upstream); else who called.</param>
internal sealed record DecisionIntent(string Verb, string RequestedBy = "")
{
    /// <summary>Only what would follow is wanted: nothing is committed.</summary>
    public bool IsWhatIf { get; init; }
}
