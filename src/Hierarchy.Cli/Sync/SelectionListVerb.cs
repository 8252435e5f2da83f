using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync products list` and its likes: what the upstream offers, with what is chosen.</summary>
internal sealed class SelectionListVerb(SelectionKind kind) : Verb(
    "list", $"List the {kind.Name} that the upstream offers, with what is chosen.",
    $"hierarchy sync {kind.Name} list", $"hierarchy --output json sync {kind.Name} list | jq '.{(kind.Part == SelectionPart.Languages ? "languages" : "categories")}[] | select(.taken)'")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        if (kind.Part == SelectionPart.Languages)
        {
            var languages = LanguageListDocument.From(await session.AskAsync(session.Admin.GetSyncSelectionAsync, new GetSyncSelectionRequest()));
            return session.Output.Write(languages, console => Render(languages, session.Output, console));
        }

        var categories = CategoryListDocument.From(await OfferedFirst.AskAsync(session), kind.Part);
        return session.Output.Write(categories, console => Render(categories, session.Output, console));
    }

    private void Render(CategoryListDocument document, Output output, IAnsiConsole console)
    {
        Introduce(document.All, document.IsDefault, console);
        if (document.Categories.Count == 0) console.WriteLine($"No {kind.Name} are known yet: they come with the first synchronization.");
        var parents = document.Categories.Where(category => category.CategoryId is not null).ToDictionary(category => category.CategoryId!, category => category.ParentId); // The filter leaves those with an id.
        var table = output.Table("TAKEN", kind.Name.ToUpperInvariant(), "UPDATES", "ID");
        foreach (var category in document.Categories)
            table.AddTextRow(
                category.Chosen ? "yes" : category.Taken ? "(yes)" : "", $"{new string(' ', 2 * DepthOf(category, parents))}{category.Title}{(category.Offered ? "" : " (not offered)")}",
                Human.Count(category.Updates), category.CategoryId);
        if (document.Categories.Count > 0) console.Write(table);
    }

    private void Render(LanguageListDocument document, Output output, IAnsiConsole console)
    {
        Introduce(document.All, document.IsDefault, console);
        var table = output.Table("TAKEN", "LANGUAGE", "TITLE");
        foreach (var language in document.Languages) table.AddTextRow(language.Taken ? "yes" : "", language.Language, language.Title + (language.Offered ? "" : " (not offered)"));
        console.Write(table);
    }

    private void Introduce(bool all, bool isDefault, IAnsiConsole console)
    {
        if (all) console.WriteLine($"All {kind.Name} are taken, those to come included.");
        if (isDefault) console.WriteLine("Nobody has chosen yet: these are the defaults.");
    }

    private static int DepthOf(CategoryBody category, Dictionary<string, string?> parents)
    {
        var depth = 0;
        for (var parent = category.ParentId; parent is not null && depth < parents.Count; parent = parents.GetValueOrDefault(parent)) depth++;
        return depth;
    }
}
