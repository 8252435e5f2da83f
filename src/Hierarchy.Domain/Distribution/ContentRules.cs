using System.Collections.Immutable;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Distribution;

/// <summary>
/// What holds for one server's content, put together from what is decided. A category counts before a general word, and the server's own word before the tree's: the server's categories, the tree's
/// categories, the server's policy, the tree's policy, and last what the server was started with. Of several categories of an update the one nearest to it counts for each way up, and of several ways
/// the policy that fetches least.
/// </summary>
public sealed record ContentRules
{
    /// <summary>How long an unneeded file stays where nothing is decided.</summary>
    public static readonly TimeSpan DefaultKeep = TimeSpan.FromDays(30);

    /// <summary>Files for which no category says otherwise.</summary>
    public required FetchPolicy Default { get; init; }

    /// <summary>What the server's own settings say of categories.</summary>
    public ImmutableDictionary<Guid, FetchPolicy> OwnCategories { get; init; } = ImmutableDictionary<Guid, FetchPolicy>.Empty;

    /// <summary>What the tree's settings say of categories.</summary>
    public ImmutableDictionary<Guid, FetchPolicy> TreeCategories { get; init; } = ImmutableDictionary<Guid, FetchPolicy>.Empty;

    /// <summary>Express files are fetched.</summary>
    public bool Express { get; init; }

    /// <summary>How long a file stays that nothing needs any more.</summary>
    public TimeSpan Keep { get; init; } = DefaultKeep;

    /// <summary>Bytes that the store may hold; null for no limit.</summary>
    public long? SizeLimit { get; init; }

    /// <summary>What a client waits for waits for a closed link, too.</summary>
    public bool ClosedForClients { get; init; }

    /// <summary>True when no category matters.</summary>
    public bool IsUniform => OwnCategories.IsEmpty && TreeCategories.IsEmpty;

    /// <summary>What holds for a server.</summary>
    /// <param name="tree">The whole tree's settings.</param>
    /// <param name="server">The server's; they go before.</param>
    /// <param name="started">What the server was started with.</param>
    public static ContentRules Of(ContentSettings tree, ContentSettings server, FetchPolicy started)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(server);
        return new ContentRules
        {
            Default = server.Fetch ?? tree.Fetch ?? started,
            OwnCategories = server.Categories,
            TreeCategories = tree.Categories,
            Express = server.Express ?? tree.Express ?? false,
            Keep = server.Keep ?? tree.Keep ?? DefaultKeep,
            SizeLimit = (server.SizeLimit ?? tree.SizeLimit) is > 0 and var limit ? limit : null,
            ClosedForClients = server.ClosedForClients ?? tree.ClosedForClients ?? false,
        };
    }

    /// <summary>What holds for a server by what a view knows.</summary>
    public static ContentRules Of(ServedView view, Guid serverId, FetchPolicy started)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Of(view.TreeContent, view.ServerContent.GetValueOrDefault(serverId, ContentSettings.None), started);
    }

    /// <summary>When the files of an update are fetched.</summary>
    public FetchPolicy PolicyOf(CatalogEntry update, CategoryTree categories)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Find(OwnCategories, update, categories) ?? Find(TreeCategories, update, categories) ?? Default;
    }

    /// <summary>Contents decide.</summary>
    public bool Equals(ContentRules? other) =>
        other is not null && Default == other.Default && Express == other.Express && Keep == other.Keep && SizeLimit == other.SizeLimit && ClosedForClients == other.ClosedForClients
        && new ContentSettings { Categories = OwnCategories }.Equals(new ContentSettings { Categories = other.OwnCategories })
        && new ContentSettings { Categories = TreeCategories }.Equals(new ContentSettings { Categories = other.TreeCategories });

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Default, OwnCategories.Count, TreeCategories.Count, Express, Keep, SizeLimit, ClosedForClients);

    private static FetchPolicy? Find(ImmutableDictionary<Guid, FetchPolicy> rules, CatalogEntry update, CategoryTree categories)
    {
        if (rules.IsEmpty) return null;
        FetchPolicy? found = null;
        foreach (var category in update.Categories)
            if (categories.Nearest(category, rules) is { } policy && !(found >= policy))
                found = policy;
        return found;
    }
}
