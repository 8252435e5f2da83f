using Spectre.Console;

namespace Hierarchy.Cli.Formats;

/// <summary>Rows of plain text: what comes from an update's title is never read as markup.</summary>
internal static class TableRows
{
    public static void AddTextRow(this Table table, params string?[] cells) => table.AddRow(cells.Select(cell => new Text(cell ?? "")));
}
