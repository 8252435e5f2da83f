using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>Which updates an administrator wants. A product that is a family or a company stands for everything below it, today's and tomorrow's.</summary>
public sealed record SyncFilter
{
    private static readonly HashSet<string> ProductTypes = ["Product", "ProductFamily"];

    /// <summary>Everything that the upstream offers.</summary>
    public static SyncFilter Everything { get; } = new();

    /// <summary>What WSUS wants at first: Windows and Office; Critical, Security and Definition Updates.</summary>
    public static SyncFilter WsusDefault { get; } = new()
    {
        Products = new HashSet<Guid> { new("6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"), new("477b856e-65c4-4473-b621-a8b230bb70d9") },
        Classifications = new HashSet<Guid>
        {
            new("e6cf1350-c01b-414d-a61f-263d14d133b4"),
            new("0fa1201d-4330-4fa8-8ae9-b877473b6441"),
            new("e0789628-ce08-4437-be74-2495b842f43b"),
        },
    };

    /// <summary>Products, families or companies; null for all that are offered.</summary>
    public IReadOnlySet<Guid>? Products { get; init; }

    /// <summary>Classifications; null for all that are offered.</summary>
    public IReadOnlySet<Guid>? Classifications { get; init; }

    /// <summary>False: nothing is listed but the categories; what is named by id below is fetched all the same.</summary>
    public bool ListsUpdates { get; init; } = true;

    /// <summary>Updates that are followed by id, whatever the rest says: newest revision, prerequisites and bundled updates.</summary>
    public IReadOnlySet<Guid> Imported { get; init; } = new HashSet<Guid>();

    /// <summary>Revisions to ask for whatever the lists say: those in quarantine.</summary>
    public IReadOnlyList<RevisionId> Again { get; init; } = [];

    /// <summary>The products to name in the request: those chosen and all below them, as far as they are offered, in the order of their ids.</summary>
    public IReadOnlyList<Guid> ProductsAmong(IReadOnlyCollection<UpdateRevision> categories)
    {
        var offered = categories.Where(category => category.CategoryType is { } type && ProductTypes.Contains(type)).ToList();
        if (Products is null) return [.. offered.Select(category => category.Id.UpdateId).Distinct().Order()];

        // A child names its parent as a category of its own; this repeats as many times as the tree is deep.
        var chosen = new HashSet<Guid>(Products);
        int before;
        do
        {
            before = chosen.Count;
            foreach (var category in offered)
            {
                if (category.Categories.Any(chosen.Contains)) chosen.Add(category.Id.UpdateId);
            }
        }
        while (chosen.Count > before);
        // An upstream takes a category that it does not know for a damaged request.
        return [.. offered.Select(category => category.Id.UpdateId).Where(chosen.Contains).Distinct().Order()];
    }

    /// <summary>The classifications to name in the request, as far as they are offered, in the order of their ids.</summary>
    public IReadOnlyList<Guid> ClassificationsAmong(IReadOnlyCollection<UpdateRevision> categories) =>
    [
        .. categories.Where(category => category.CategoryType == "UpdateClassification").Select(category => category.Id.UpdateId)
            .Where(id => Classifications?.Contains(id) ?? true).Distinct().Order(),
    ];
}
