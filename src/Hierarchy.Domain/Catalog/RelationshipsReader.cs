using System.Globalization;

namespace Hierarchy.Domain.Catalog;

/// <summary>The Relationships element. Bare identities are joined by and; those inside AtLeastOne by or: conjunctive normal form.</summary>
internal sealed class RelationshipsReader
{
    private readonly List<Prerequisite> _prerequisites = [];
    private readonly List<BundleGroup> _bundles = [];
    private readonly List<Guid> _superseded = [];

    public IReadOnlyList<Prerequisite> Prerequisites => _prerequisites;
    public IReadOnlyList<BundleGroup> BundledUpdates => _bundles;
    public IReadOnlyList<Guid> SupersededUpdates => _superseded;

    public void Read(DocumentCursor cursor)
    {
        var depth = cursor.Reader.Depth;
        while (cursor.NextChild(depth))
        {
            switch (cursor.Name)
            {
                case "Prerequisites":
                    ReadClauses(cursor, ReadUpdate, (anyOf, isCategory) => _prerequisites.Add(new Prerequisite(anyOf, isCategory)));
                    break;
                case "BundledUpdates":
                    ReadClauses(cursor, ReadRevision, (anyOf, _) => _bundles.Add(new BundleGroup(anyOf)));
                    break;
                case "SupersededUpdates":
                    ReadClauses(cursor, ReadUpdate, (anyOf, _) => _superseded.AddRange(anyOf));
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }
    }

    /// <summary>Every category that a clause of the prerequisites names, each once.</summary>
    public IReadOnlyList<Guid> Categories() =>
        [.. _prerequisites.Where(clause => clause.IsCategory).SelectMany(clause => clause.AnyOf).Distinct()];

    private static void ReadClauses<T>(DocumentCursor cursor, Func<DocumentCursor, T> read, Action<IReadOnlyList<T>, bool> add)
    {
        var depth = cursor.Reader.Depth;
        while (cursor.NextChild(depth))
        {
            switch (cursor.Name)
            {
                case "UpdateIdentity":
                    add([read(cursor)], false);
                    break;
                case "AtLeastOne":
                    ReadGroup(cursor, read, add);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }
    }

    private static void ReadGroup<T>(DocumentCursor cursor, Func<DocumentCursor, T> read, Action<IReadOnlyList<T>, bool> add)
    {
        var depth = cursor.Reader.Depth;
        var isCategory = DocumentValues.Boolean("IsCategory", cursor.Attribute("IsCategory"), absent: false);
        var anyOf = new List<T>();
        while (cursor.NextChild(depth))
        {
            if (cursor.Name == "UpdateIdentity") anyOf.Add(read(cursor));
            else cursor.Skip();
        }

        if (anyOf.Count > 0) add(anyOf, isCategory);
        // WSUS writes an empty category clause for a locally published package without a classification: it says nothing.
        // Any other empty clause can never hold, so passing over it would make installable what never was.
        else if (!isCategory) throw new IntegrityException("AtLeastOne names no update.");
    }

    private static Guid ReadUpdate(DocumentCursor cursor)
    {
        var update = DocumentValues.Guid("UpdateID", cursor.Attribute("UpdateID"));
        cursor.Skip();
        return update;
    }

    private static RevisionId ReadRevision(DocumentCursor cursor)
    {
        var number = cursor.Attribute("RevisionNumber");
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
            throw DocumentValues.Meaningless("RevisionNumber of a bundled update", number, "a number");
        return new RevisionId(ReadUpdate(cursor), revision);
    }
}
