using Hierarchy.Domain.View;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Finds the update that an administrator means: by id, the beginning of an id, or KB number.</summary>
internal static class UpdateFinder
{
    private const int ShortestPrefix = 4;
    private const int MostNamed = 5;

    public static UpdateEntry Find(ServedView view, string text)
    {
        text = text.Trim();
        if (Guid.TryParse(text, out var id))
            return view.Updates.TryGetValue(id, out var update) && update.Latest is not null
                ? update
                : throw Refusal.NotFound($"No update has the id {text}. `hierarchy updates list` searches them.");

        var isKnowledgeBase = text.StartsWith("KB", StringComparison.OrdinalIgnoreCase);
        if (!isKnowledgeBase && text.Length < ShortestPrefix)
            throw Refusal.Invalid($"'{text}' is too short: give at least {ShortestPrefix} characters of the update's id, or its KB number.");

        var number = isKnowledgeBase ? text[2..] : text;
        var found = view.Updates.Values
            .Where(update => update.Latest is { } latest && (latest.KnowledgeBaseArticles.Contains(number) || (!isKnowledgeBase && StartsWith(update.UpdateId, text))))
            .OrderBy(update => update.UpdateId).Take(MostNamed + 1).ToArray();
        return found.Length switch
        {
            1 => found[0],
            0 => throw Refusal.NotFound($"No update has the id or KB number '{text}'. `hierarchy updates list --text TEXT` searches titles."),
            // Only updates with a latest revision were found.
            _ => throw Refusal.Invalid(
                $"'{text}' means several updates: {string.Join(", ", found.Take(MostNamed).Select(update => $"{update.UpdateId:D} ({update.Latest!.Title})"))}{(found.Length > MostNamed ? ", …" : "")}. Give the whole id."),
        };
    }

    private static bool StartsWith(Guid id, string prefix)
    {
        Span<char> text = stackalloc char[36];
        return id.TryFormat(text, out var written, "D") && ((ReadOnlySpan<char>)text[..written]).StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
    }
}
