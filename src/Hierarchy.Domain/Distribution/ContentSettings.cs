using System.Collections.Immutable;

namespace Hierarchy.Domain.Distribution;

/// <summary>What is decided about content, for the whole tree or for one server. What is null is decided elsewhere: see <see cref="ContentRules"/>.</summary>
public sealed record ContentSettings
{
    /// <summary>Nothing is decided.</summary>
    public static ContentSettings None { get; } = new();

    /// <summary>When files are fetched for which no category says otherwise.</summary>
    public FetchPolicy? Fetch { get; init; }

    /// <summary>When files of a company, family, product or classification are fetched; what stands below it is meant, too.</summary>
    public ImmutableDictionary<Guid, FetchPolicy> Categories { get; init; } = ImmutableDictionary<Guid, FetchPolicy>.Empty;

    /// <summary>Whether express files are fetched: large ones, of which clients take ranges.</summary>
    public bool? Express { get; init; }

    /// <summary>How long a file stays that nothing needs any more.</summary>
    public TimeSpan? Keep { get; init; }

    /// <summary>Bytes that the store may hold; zero: as many as the disk has.</summary>
    public long? SizeLimit { get; init; }

    /// <summary>True: what a client waits for waits for a closed link, too; false: it goes through.</summary>
    public bool? ClosedForClients { get; init; }

    /// <summary>True when nothing is decided.</summary>
    public bool IsNone => Equals(None);

    /// <summary>Contents decide.</summary>
    public bool Equals(ContentSettings? other) =>
        other is not null && Fetch == other.Fetch && Express == other.Express && Keep == other.Keep && SizeLimit == other.SizeLimit && ClosedForClients == other.ClosedForClients
        && Categories.Count == other.Categories.Count && Categories.All(category => other.Categories.TryGetValue(category.Key, out var policy) && policy == category.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Fetch, Categories.Count, Express, Keep, SizeLimit, ClosedForClients);
}
