using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>A document that cannot be taken into the catalog.</summary>
/// <param name="Id">As the upstream names it.</param>
/// <param name="Reason">Why, for the operator.</param>
/// <param name="Original">The document as UTF-8, or its cabinet where that could not be decoded; empty when the upstream gave nothing.</param>
public sealed record QuarantinedDocument(RevisionId Id, string Reason, ReadOnlyMemory<byte> Original);
