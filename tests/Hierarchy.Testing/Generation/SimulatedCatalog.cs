using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>Puts a library together: a folder of documents, demo updates, generated ones, and the categories and detectoids that all of them name.</summary>
public static class SimulatedCatalog
{
    public static UpdateLibrary Create(CatalogOptions options, CancellationToken cancellationToken)
    {
        var library = new UpdateLibrary(options.CompressAbove);
        var documents = new List<SourceDocument>();
        if (options.Documents is { } folder)
            documents.AddRange(DocumentFolder.Read(folder, options.Skipped));
        documents.AddRange(DemoUpdates.Create(options.Demo, options.DemoLength));
        if (options.Office) documents.AddRange(DemoOfficeUpdates.All());
        if (options.Generate > 0)
        {
            var present = documents.Select(document => document.Summary.Key.Id).ToHashSet();
            documents.AddRange(CategoryDocuments.All().Where(category => !present.Contains(category.Summary.Key.Id)));
        }

        documents.AddRange(MissingDocuments.Complete(documents, options.LeaveMissing));

        // Categories and detectoids first, as an upstream server has received them.
        foreach (var document in documents.OrderBy(document => document.Summary.IsConfiguration ? 0 : 1))
            library.Publish(document);
        if (options.Generate > 0)
            library.PublishMany(new DocumentGenerator(options.Seed).Plan(options.Generate), options.Progress, cancellationToken);
        return library;
    }
}
