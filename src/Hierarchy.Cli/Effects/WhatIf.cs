using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Effects;

/// <summary>`--what-if`: says what a command would do, and does nothing.</summary>
internal static class WhatIf
{
    private const int MostRows = 20;

    public static Option<bool> Option() => new("--what-if") { Description = "Only say what would happen: for how many computers, where, what servers would fetch, what conflicts." };

    /// <summary>Writes it in the chosen way.</summary>
    public static int Write(Session session, string verb, bool changed, DecisionEffects? effects)
    {
        var document = new WhatIfDocument(verb, changed, EffectsBody.From(effects));
        return session.Output.Write(document, console =>
        {
            if (changed) Render(session.Output, console, document.Effects);
            else console.WriteLine("It is so already: nothing would change.");
            console.WriteLine("Nothing was done.");
        });
    }

    /// <summary>What would follow, as a short table.</summary>
    public static void Render(Output output, IAnsiConsole console, EffectsBody effects)
    {
        if (effects.Known == 0) console.WriteLine("No computer is known here yet for which something else could be decided.");
        else if (effects.Computers == 0) console.WriteLine($"Nothing else would be decided for any of {Count(effects.Known, "computer")}.");
        else console.WriteLine($"Something else would be decided for {Human.Count(effects.Computers)} of {Count(effects.Known, "computer")}, about {Count(effects.Updates, "update")}.");
        var table = output.Table("WHAT", "WHO", "COMPUTERS", "BYTES");
        foreach (var action in effects.Actions.Take(MostRows))
            table.AddTextRow(
                "decision", action.Before == action.After ? $"{Words(action.After)}, at another time or revision" : $"{Words(action.Before)} -> {Words(action.After)}",
                $"{Human.Count(action.Decisions)}{(action.Needed > 0 ? $", needed by {Human.Count(action.Needed)}" : "")}", "");
        Places(table, "group", effects.Groups, "in none");
        Places(table, "site", effects.Sites, "in none");
        Places(table, "server", effects.Servers, "not reported yet");
        foreach (var conflict in effects.Conflicts.Take(MostRows))
            table.AddTextRow("conflict", $"{conflict.Title}: {conflict.Winner} wins over {conflict.Loser}", Human.Count(conflict.Computers), "");
        foreach (var content in effects.Content.Take(MostRows)) table.AddTextRow("content", $"{content.Server}, from {content.Source}", "", Bytes(content));
        foreach (var link in effects.Links.Take(MostRows)) table.AddTextRow("link", $"{link.From} - {link.To}", "", Human.Bytes(link.Bytes));
        if (table.Rows.Count > 0) console.Write(table);
    }

    private static void Places(Table table, string what, IReadOnlyList<PlaceEffectBody> places, string none)
    {
        foreach (var place in places.Take(MostRows)) table.AddTextRow(what, place.Name ?? none, Human.Count(place.Computers), "");
        if (places.Count > MostRows) table.AddTextRow(what, $"and {places.Count - MostRows} more", "", "");
    }

    private static string Bytes(ContentEffectBody content)
    {
        List<string> words = [];
        if (content.Bytes > 0) words.Add($"{Human.Bytes(content.Bytes)} in {Count(content.Files, "file")}");
        if (content.BytesOnDemand > 0) words.Add($"{Human.Bytes(content.BytesOnDemand)} when the first computer asks");
        if (content.BytesLess > 0) words.Add($"{Human.Bytes(content.BytesLess)} no longer needed");
        return string.Join(", ", words);
    }

    private static string Words(string? action) => action?.Replace('_', ' ') ?? "nothing";

    private static string Count(int count, string noun) => $"{Human.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
