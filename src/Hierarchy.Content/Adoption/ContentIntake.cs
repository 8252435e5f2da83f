using Hierarchy.Content.Store;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Content.Adoption;

/// <summary>Takes files into the store that come with something else than a transfer of their own: somebody carries them in.</summary>
public sealed class ContentIntake(ContentStore store, IContentCatalog catalog)
{
    /// <summary>A file is about to come.</summary>
    /// <param name="sha1">Its name on the wire.</param>
    /// <param name="arrival">Takes its bytes, when they are wanted.</param>
    /// <exception cref="Domain.UnavailableException">The disk has no room for it, or refuses.</exception>
    public IntakeAnswer Begin(Sha1Digest sha1, out ContentArrival? arrival)
    {
        arrival = null;
        if (catalog.Find(sha1) is not { } file) return IntakeAnswer.Unknown;
        if (store.Contains(file)) return IntakeAnswer.AlreadyHere;
        store.CheckRoom(file, file.Size);
        arrival = ContentArrival.Begin(store, file);
        return IntakeAnswer.Wanted;
    }
}
