namespace Hierarchy.Cli.Documents;

/// <summary>Updates that match; <paramref name="Total"/> counts all of them.</summary>
internal sealed record UpdateListDocument(IReadOnlyList<UpdateDocument> Updates, int Total);
