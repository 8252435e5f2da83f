using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>A revision of an update.</summary>
internal sealed record IdentityDocument(string? UpdateId, int RevisionNumber)
{
    public static IdentityDocument From(Identity identity) => new(Wire.Guid(identity.UpdateId), identity.RevisionNumber);
}
