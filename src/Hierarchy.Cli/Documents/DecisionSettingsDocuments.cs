using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>How decisions go on by themselves: revisions `automatic` or `keep`, expired `decline` or `keep`.</summary>
internal sealed record DecisionSettingsDocument(string Revisions, string Expired)
{
    /// <summary>In words.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IEnumerable<string> Sentences =>
    [
        Revisions == "keep"
            ? "Revisions: keep. A computer gets the revision that was approved, and a newer one when that is approved."
            : "Revisions: automatic. An approval moves to each new revision, unless it has a licence that nobody accepted.",
        Expired == "keep"
            ? "Expired: keep. What its publisher withdraws stays as it was decided; it is offered to nobody."
            : "Expired: decline. What its publisher withdraws is declined by itself.",
    ];

    public static DecisionSettingsDocument From(DecisionSettingsRecord settings) => new(settings.KeepApprovedRevisions ? "keep" : "automatic", settings.KeepExpired ? "keep" : "decline");
}

/// <summary>That, decided.</summary>
internal sealed record DecisionSettingsSetDocument(DecisionSettingsDocument Settings, bool Changed, int ApprovalsMoved, PositionDocument? Position);
