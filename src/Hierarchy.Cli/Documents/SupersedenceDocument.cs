using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>What an update replaces, what replaces it, and where those chains end.</summary>
internal sealed record SupersedenceDocument(
    string State, IReadOnlyList<RelatedUpdateDocument> SupersededBy, IReadOnlyList<RelatedUpdateDocument> ReplacedBy, IReadOnlyList<RelatedUpdateDocument> Supersedes)
{
    /// <summary>A server of an earlier version does not say.</summary>
    public static SupersedenceDocument? From(Supersedence? supersedence) => supersedence is null ? null : new(
        Wire.Name(supersedence.State), [.. supersedence.SupersededBy.Select(RelatedUpdateDocument.From)], [.. supersedence.ReplacedBy.Select(RelatedUpdateDocument.From)],
        [.. supersedence.Supersedes.Select(RelatedUpdateDocument.From)]);
}

/// <summary>Another update, in short.</summary>
internal sealed record RelatedUpdateDocument(string? UpdateId, string Title, IReadOnlyList<string> KnowledgeBaseArticles, bool Declined, bool Expired, IReadOnlyList<string> ApprovedFor)
{
    public static RelatedUpdateDocument From(RelatedUpdate update) => new(
        Wire.Guid(update.UpdateId), update.Title, [.. update.KnowledgeBaseArticles], update.Declined, update.Expired, [.. update.ApprovedFor]);

    /// <summary>For people: what it is, and what is decided about it.</summary>
    public override string ToString()
    {
        var standing = Declined ? "declined" : Expired ? "expired" : ApprovedFor.Count > 0 ? $"approved for {string.Join(", ", ApprovedFor)}" : "not approved";
        return $"{Title} ({UpdateId}; {standing})";
    }
}
