using System.Collections.Immutable;
using Hierarchy.Domain.Synchronization;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Finds what an administrator means by a name: an id, a title whatever the letter case, or the part of a title that only one has.</summary>
internal static class SelectionNames
{
    private const int MostNamed = 8;

    /// <summary>The one category of that name.</summary>
    /// <param name="name">As it was given.</param>
    /// <param name="offered">What can be chosen.</param>
    /// <param name="chosen">What is chosen; an id of it may be named though it is not offered any more.</param>
    /// <param name="kind">`products` or `classifications`.</param>
    public static CategoryTree.Category Category(string name, IReadOnlyList<CategoryTree.Category> offered, IReadOnlySet<Guid> chosen, string kind)
    {
        name = name.Trim();
        if (Guid.TryParse(name, out var id))
            return offered.FirstOrDefault(category => category.Id == id)
                ?? (chosen.Contains(id) ? new CategoryTree.Category(id, id.ToString("D"), "", ParentId: null) : throw Unknown(name, kind));
        return One(name, offered, category => category.Title, category => $"'{category.Title}' ({category.Type}, {category.Id:D})", kind);
    }

    /// <summary>The one language of that name.</summary>
    public static UpdateLanguage Language(string name, IReadOnlyList<UpdateLanguage> offered)
    {
        name = name.Trim();
        return offered.FirstOrDefault(language => string.Equals(language.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? One(name, offered, language => language.Title, language => $"{language.Name} ({language.Title})", "languages");
    }

    /// <summary>What can be chosen of languages: what the upstream said, or what is known of Microsoft Update before it was asked; what is chosen already in any case.</summary>
    public static IReadOnlyList<UpdateLanguage> Languages(IReadOnlyList<string> upstream, ImmutableSortedSet<string> chosen) =>
    [
        .. (upstream.Count > 0 ? upstream : UpdateLanguage.Known.Select(language => language.Name)).Union(chosen).Append(SyncSelection.English).Distinct().Order(StringComparer.Ordinal)
            .Select(name => new UpdateLanguage(name, UpdateLanguage.TitleOf(name))),
    ];

    private static T One<T>(string name, IReadOnlyList<T> offered, Func<T, string> titleOf, Func<T, string> describe, string kind)
    {
        if (name.Length == 0) throw Refusal.Invalid("A name is empty.");
        var found = offered.Where(one => string.Equals(titleOf(one), name, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length == 0) found = [.. offered.Where(one => titleOf(one).Contains(name, StringComparison.OrdinalIgnoreCase))];
        return found.Length switch
        {
            1 => found[0],
            0 => throw Unknown(name, kind),
            _ => throw Refusal.Invalid($"'{name}' means several: {string.Join(", ", found.Take(MostNamed).Select(describe))}{(found.Length > MostNamed ? $" and {found.Length - MostNamed} more" : "")}. Give the whole title or the id."),
        };
    }

    private static Grpc.Core.RpcException Unknown(string name, string kind) =>
        Refusal.NotFound($"The upstream offers no {kind} by the name '{name}'. `hierarchy sync {kind} list` lists what it offers.");
}
