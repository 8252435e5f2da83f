using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>
/// Completes a set of documents with those that they name and that are not among them: categories, detectoids, children of bundles, and what those
/// name in turn. Some detectoids can be left out: real catalogs name prerequisites that nobody has.
/// </summary>
public static class MissingDocuments
{
    /// <summary>Makes the missing documents; of the detectoids whose meaning is unknown, the first <paramref name="leave"/> in the order of their ids are left missing.</summary>
    public static IReadOnlyList<SourceDocument> Complete(IReadOnlyList<SourceDocument> documents, int leave)
    {
        var present = documents.Select(document => document.Summary.Key.Id).ToHashSet();
        var left = Unknown(documents, present).Take(leave).ToHashSet();
        var made = new List<SourceDocument>();
        for (var fresh = documents; fresh.Count != 0;)
        {
            var next = new List<SourceDocument>();
            foreach (var document in fresh)
            {
                foreach (var id in document.Summary.Categories)
                {
                    if (present.Add(id))
                        next.Add(CategoryFor(id, document.Summary));
                }

                foreach (var id in document.Summary.Prerequisites)
                {
                    if (!left.Contains(id) && present.Add(id))
                        next.Add(CategoryDocuments.IsKnown(id) ? CategoryDocuments.Known(id) : CategoryDocuments.Detectoid(id, $"Detectoid {id:D}"));
                }

                foreach (var child in document.Summary.BundledUpdates)
                {
                    if (present.Add(child.Id))
                        next.Add(ChildOf(document.Summary, child));
                }
            }

            made.AddRange(next);
            fresh = next;
        }

        return made;
    }

    private static IEnumerable<Guid> Unknown(IReadOnlyList<SourceDocument> documents, HashSet<Guid> present) => documents
        .SelectMany(document => document.Summary.Prerequisites)
        .Where(id => !present.Contains(id) && !CategoryDocuments.IsKnown(id))
        .Distinct()
        .Order();

    // A category that a category names stands above it.
    private static SourceDocument CategoryFor(Guid id, DocumentSummary named)
    {
        if (CategoryDocuments.IsKnown(id))
            return CategoryDocuments.Known(id);
        return named.UpdateType == "Category"
            ? CategoryDocuments.Family(id, $"Product family {id:D}")
            : CategoryDocuments.Product(id, $"Product {id:D}", KnownIds.Windows);
    }

    private static SourceDocument ChildOf(DocumentSummary bundle, RevisionKey child)
    {
        var script = GeneratedFiles.Create($"{child.Id:N}.exe", (ulong)child.GetHashCode() + 1, 4096);
        var builder = new DocumentBuilder(child, "Software")
        {
            Created = new DateTimeOffset(2026, 1, 13, 18, 0, 0, TimeSpan.Zero),
            Properties = { ["Handler"] = Names.CommandLine, ["MaxDownloadSize"] = "4096", ["MinDownloadSize"] = "0" },
            Texts = { new LocalizedText("en", $"HIDDEN: part {child.Id:D} of {bundle.Key.Id:D}") },
            IsInstalled = Rules.RegKeyExists($@"SOFTWARE\Simulated\Installed\{child.Id:B}"),
            IsInstallable = Rules.True,
            Files = { new BuiltFile(script) },
            HandlerData = HandlerData.CommandLine(script.FileName, "/q", (0, "Succeeded", false)),
        };
        return builder.Build();
    }
}
