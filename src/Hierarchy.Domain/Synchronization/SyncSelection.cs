using System.Collections.Immutable;

namespace Hierarchy.Domain.Synchronization;

/// <summary>What the root takes from its upstream, and so what the whole tree has. Taking something out of it removes nothing that is there.</summary>
public sealed record SyncSelection
{
    /// <summary>Always among the languages.</summary>
    public const string English = "en";

    /// <summary>Everything that the upstream offers, today and tomorrow.</summary>
    public static SyncSelection Everything { get; } = new() { HasAllProducts = true, HasAllClassifications = true, HasAllLanguages = true };

    /// <summary>True when <see cref="Products"/> does not count: all are taken.</summary>
    public bool HasAllProducts { get; init; }

    /// <summary>Companies, families and products; one that has others below it stands for them, those to come included.</summary>
    public ImmutableHashSet<Guid> Products { get; init; } = [];

    /// <summary>True when <see cref="Classifications"/> does not count: all are taken.</summary>
    public bool HasAllClassifications { get; init; }

    /// <summary>Classifications.</summary>
    public ImmutableHashSet<Guid> Classifications { get; init; } = [];

    /// <summary>True when <see cref="Languages"/> does not count: files of all are fetched.</summary>
    public bool HasAllLanguages { get; init; }

    /// <summary>Short names, lower case, in order.</summary>
    public ImmutableSortedSet<string> Languages { get; init; } = ImmutableSortedSet.Create(StringComparer.Ordinal, English);

    /// <summary>What WSUS takes at first: Windows and Office; Critical, Security and Definition Updates; English, and the language of the server (`de-DE`; empty for none).</summary>
    public static SyncSelection DefaultFor(string culture) => new()
    {
        Products = [new Guid("6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"), new Guid("477b856e-65c4-4473-b621-a8b230bb70d9")],
        Classifications =
        [
            new Guid("e6cf1350-c01b-414d-a61f-263d14d133b4"),
            new Guid("0fa1201d-4330-4fa8-8ae9-b877473b6441"),
            new Guid("e0789628-ce08-4437-be74-2495b842f43b"),
        ],
        Languages = UpdateLanguage.Of(culture) is { } own ? ImmutableSortedSet.Create(StringComparer.Ordinal, English, own) : ImmutableSortedSet.Create(StringComparer.Ordinal, English),
    };

    /// <summary>Whether files for these languages are wanted; files for none in particular always are.</summary>
    public bool WantsFilesOf(IReadOnlyList<string> languages)
    {
        if (HasAllLanguages || languages.Count == 0) return true;
        foreach (var language in languages)
            if (Languages.Contains(language.ToLowerInvariant()))
                return true;
        return false;
    }

    /// <summary>Contents decide: two sets made in different orders are the same choice.</summary>
    public bool Equals(SyncSelection? other) =>
        other is not null
        && HasAllProducts == other.HasAllProducts && Products.SetEquals(other.Products)
        && HasAllClassifications == other.HasAllClassifications && Classifications.SetEquals(other.Classifications)
        && HasAllLanguages == other.HasAllLanguages && Languages.SetEquals(other.Languages);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(HasAllProducts, Products.Count, HasAllClassifications, Classifications.Count, HasAllLanguages, Languages.Count);
}
