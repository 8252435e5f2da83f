using Hierarchy.Server.Auditing;
using System.Collections.Immutable;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Upstream;

namespace Hierarchy.Server.Api.Admin;

/// <summary>What is taken from the upstream: products, classifications, languages.</summary>
internal sealed class SelectionAdministration(DecisionDesk desk, SyncJournal? journal)
{
    private const int MostNames = 1000;

    public async Task<GetSyncSelectionResponse> GetAsync(CancellationToken cancellationToken) => Describe(desk.View, await LanguagesAsync(cancellationToken));

    public async Task<ChangeSyncSelectionResponse> ChangeAsync(ChangeSyncSelectionRequest request, CancellationToken cancellationToken)
    {
        if (request.Change is not (SelectionChange.Add or SelectionChange.Remove or SelectionChange.Set)) throw Refusal.Invalid("Say what to do: add, remove or set.");
        if (request.Part is not (SelectionPart.Products or SelectionPart.Classifications or SelectionPart.Languages)) throw Refusal.Invalid("Say which choice: products, classifications or languages.");
        if (request.All && (request.Names.Count > 0 || request.Change == SelectionChange.Remove)) throw Refusal.Invalid("Everything is added or set, without names beside it.");
        if (!request.All && request.Names.Count is 0 or > MostNames) throw Refusal.Invalid($"Name 1 to {MostNames}, or everything (--all).");

        desk.RequireRoot();
        if (request.Part != SelectionPart.Languages && !request.All) desk.RequireOwnDecisions();
        var languages = await LanguagesAsync(cancellationToken);
        IReadOnlyList<string> named = [];
        var outcome = await desk.DecideAsync(
            new DecisionIntent($"sync {request.Part.ToString().ToLowerInvariant()} {request.Change.ToString().ToLowerInvariant()}", request.RequestedBy),
            view =>
            {
                var before = ChosenUpdates.Of(view, desk.FollowsUpstream);
                (var after, named) = request.Part == SelectionPart.Languages ? ChangeLanguages(before, request, languages) : ChangeCategories(before, request, CategoryTree.Of(view));
                IReadOnlyList<Change> changes = view.Selection == after ? [] : [SyncRecords.Selection(after)];
                return (after, changes);
            },
            cancellationToken);
        var response = new ChangeSyncSelectionResponse { Selection = Describe(desk.View, languages), Position = outcome.Position?.ToProto(), Changed = outcome.HasChanged };
        response.Named.Add(named);
        return response;
    }

    private async Task<IReadOnlyList<string>> LanguagesAsync(CancellationToken cancellationToken) => journal is null ? [] : await journal.LoadLanguagesAsync(cancellationToken);

    private static (SyncSelection, IReadOnlyList<string> Named) ChangeCategories(SyncSelection before, ChangeSyncSelectionRequest request, CategoryTree tree)
    {
        var isProducts = request.Part == SelectionPart.Products;
        if (request.All) return (isProducts ? before with { HasAllProducts = true, Products = [] } : before with { HasAllClassifications = true, Classifications = [] }, []);
        var kind = isProducts ? "products" : "classifications";
        if (tree.IsEmpty) throw Refusal.Precondition("Nothing is known yet of what the upstream offers. Fetch its categories first: hierarchy sync run --categories-only");

        var hasAll = isProducts ? before.HasAllProducts : before.HasAllClassifications;
        var chosen = isProducts ? before.Products : before.Classifications;
        var named = request.Names.Select(name => SelectionNames.Category(name, isProducts ? tree.Products : tree.Classifications, chosen, kind)).ToArray();
        var ids = named.Select(category => category.Id).ToArray();
        switch (request.Change)
        {
            case SelectionChange.Set:
                (hasAll, chosen) = (false, [.. ids]);
                break;
            case SelectionChange.Add when !hasAll:
                chosen = chosen.Union(ids);
                break;
            case SelectionChange.Remove:
                if (hasAll) throw Refusal.Precondition($"All {kind} are chosen, so none of them can be taken out. Name those that you want: hierarchy sync {kind} set NAME…");
                foreach (var category in named)
                    if (!chosen.Contains(category.Id) && category.ParentId is { } parent && tree.IsWithin(parent, chosen))
                        throw Refusal.Precondition($"'{category.Title}' comes with what it belongs to ('{tree.Find(parent)?.Title}'). Remove that, and add the {kind} that you want.");
                chosen = chosen.Except(ids);
                break;
        }

        return (
            isProducts ? before with { HasAllProducts = hasAll, Products = chosen } : before with { HasAllClassifications = hasAll, Classifications = chosen },
            [.. named.Select(category => category.Title)]);
    }

    private static (SyncSelection, IReadOnlyList<string> Named) ChangeLanguages(SyncSelection before, ChangeSyncSelectionRequest request, IReadOnlyList<string> upstream)
    {
        if (request.All) return (before with { HasAllLanguages = true, Languages = [SyncSelection.English] }, []);
        var named = request.Names.Select(name => SelectionNames.Language(name, SelectionNames.Languages(upstream, before.Languages))).ToArray();
        var names = named.Select(language => language.Name).ToArray();
        switch (request.Change)
        {
            case SelectionChange.Set:
                before = before with { HasAllLanguages = false, Languages = names.Append(SyncSelection.English).ToImmutableSortedSet(StringComparer.Ordinal) };
                break;
            case SelectionChange.Add when !before.HasAllLanguages:
                before = before with { Languages = before.Languages.Union(names) };
                break;
            case SelectionChange.Remove:
                if (before.HasAllLanguages) throw Refusal.Precondition("All languages are chosen, so none of them can be taken out. Name those that you want: hierarchy sync languages set NAME…");
                if (names.Contains(SyncSelection.English)) throw Refusal.Precondition("English stays among the languages, as in WSUS: documents without another text have an English one.");
                before = before with { Languages = before.Languages.Except(names) };
                break;
        }

        return (before, [.. named.Select(language => language.Title)]);
    }

    private GetSyncSelectionResponse Describe(ServedView view, IReadOnlyList<string> upstreamLanguages)
    {
        var selection = ChosenUpdates.Of(view, desk.FollowsUpstream);
        var tree = CategoryTree.Of(view);
        var counts = new Dictionary<Guid, int>();
        foreach (var update in view.Updates.Values)
            if (update.Latest is { Type: Domain.Catalog.UpdateType.Software or Domain.Catalog.UpdateType.Driver } latest)
                foreach (var category in latest.Categories.Distinct())
                    counts[category] = counts.GetValueOrDefault(category) + 1;

        var response = new GetSyncSelectionResponse { Selection = SyncRecords.Message(selection), IsDefault = view.Selection is null, HasCategories = !tree.IsEmpty };
        response.Products.Add(Describe(tree, tree.Products, selection.Products, selection.HasAllProducts, counts));
        response.Classifications.Add(Describe(tree, tree.Classifications, selection.Classifications, selection.HasAllClassifications, counts));
        response.Languages.Add(SelectionNames.Languages(upstreamLanguages, selection.Languages).Select(language => new OfferedLanguage
        {
            Language = language.Name,
            Title = language.Title,
            Taken = selection.HasAllLanguages || selection.Languages.Contains(language.Name),
            Offered = upstreamLanguages.Count == 0 || upstreamLanguages.Contains(language.Name),
        }));
        return response;
    }

    private static IEnumerable<OfferedCategory> Describe(
        CategoryTree tree, IReadOnlyList<CategoryTree.Category> offered, ImmutableHashSet<Guid> chosen, bool hasAll, Dictionary<Guid, int> counts)
    {
        var absent = chosen.Where(id => tree.Find(id) is null).Order().Select(id => new CategoryTree.Category(id, id.ToString("D"), "", ParentId: null));
        foreach (var category in offered.Concat(absent))
            yield return new OfferedCategory
            {
                CategoryId = Positions.Id(category.Id),
                Title = category.Title,
                Type = category.Type,
                ParentId = category.ParentId is { } parent ? Positions.Id(parent) : Google.Protobuf.ByteString.Empty,
                Chosen = chosen.Contains(category.Id),
                Taken = hasAll || tree.IsWithin(category.Id, chosen),
                Offered = category.Type.Length > 0,
                Updates = counts.GetValueOrDefault(category.Id),
            };
    }
}
