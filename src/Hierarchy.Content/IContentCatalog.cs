using Hierarchy.Domain.Catalog;

namespace Hierarchy.Content;

/// <summary>What files there are, by the catalog. Looked up for every request that names content, so it must be quick and must not block.</summary>
public interface IContentCatalog
{
    /// <summary>The file of that name, or null when no update has it.</summary>
    ContentFile? Find(Sha1Digest sha1);
}
