using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hierarchy.Cli.Formats;

/// <summary>How documents are written: snake_case names, every field always there, null where nothing is known.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        // Titles in many languages stay readable; the document goes to a program, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OneLine = new(Options) { WriteIndented = false };

    /// <summary>A document on a line of its own.</summary>
    public static string Line<T>(T document) => JsonSerializer.Serialize(document, OneLine);

    public static string Serialize<T>(T document) => JsonSerializer.Serialize(document, Options);
}
