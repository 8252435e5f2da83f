using Hierarchy.Domain.Catalog;

namespace Hierarchy.Agent.State;

/// <summary>A document that the agent holds, understood.</summary>
/// <param name="Revision">The revision, with the texts of its default language alone.</param>
/// <param name="Digest">SHA-256 of the document as UTF-8.</param>
internal sealed record CachedDocument(UpdateRevision Revision, ReadOnlyMemory<byte> Digest);
