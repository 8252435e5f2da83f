using System.Collections.Immutable;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Auditing;

/// <summary>What is decided about content, and about what is taken from the upstream, in words.</summary>
internal static class ContentWords
{
    private const int MostNamed = 10;

    /// <summary>Settings of content.</summary>
    public static string Of(ServedView view, ContentSettings? settings)
    {
        if (settings is null || settings.IsNone) return "nothing decided";
        List<string> words = [];
        if (settings.Fetch is { } fetch) words.Add(Fetch(fetch));
        if (settings.Categories.Count > 0) words.Add(Some(settings.Categories.OrderBy(category => category.Key).Select(category => $"{Title(view, category.Key)} {Fetch(category.Value)}"), settings.Categories.Count));
        if (settings.Express is { } express) words.Add(express ? "with express files" : "without express files");
        if (settings.Keep is { } keep) words.Add($"kept for {keep.TotalDays:0.##} days");
        if (settings.SizeLimit is { } limit) words.Add(limit == 0 ? "as much as the disk has" : $"at most {limit} bytes");
        if (settings.ClosedForClients is { } closed) words.Add(closed ? "closed links are closed to clients too" : "closed links are open to clients");
        return string.Join("; ", words);
    }

    /// <summary>What is taken from the upstream.</summary>
    public static string Of(ServedView view, SyncSelection? selection) => selection is null
        ? "nobody chose"
        : $"products: {Chosen(view, selection.HasAllProducts, selection.Products)}; classifications: {Chosen(view, selection.HasAllClassifications, selection.Classifications)}; "
            + $"languages: {(selection.HasAllLanguages ? "all" : Some(selection.Languages, selection.Languages.Count))}";

    private static string Chosen(ServedView view, bool hasAll, ImmutableHashSet<Guid> ids) =>
        hasAll ? "all" : Some(ids.Select(id => Title(view, id)).Order(StringComparer.OrdinalIgnoreCase), ids.Count);

    private static string Some(IEnumerable<string> names, int count) =>
        count == 0 ? "none" : string.Join(", ", names.Take(MostNamed)) + (count > MostNamed ? $" and {count - MostNamed} more" : "");

    private static string Title(ServedView view, Guid id) => view.Updates.GetValueOrDefault(id)?.Latest?.Title ?? id.ToString("D");

    private static string Fetch(FetchPolicy policy) => policy switch { FetchPolicy.Ahead => "fetched ahead", FetchPolicy.OnDemand => "fetched on demand", _ => "never fetched" };
}
