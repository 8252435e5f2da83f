using System.Text;
using System.Text.Json;

namespace Hierarchy.Testing.Tree;

/// <summary>The administrator's command line as a process, with --output json.</summary>
public sealed class CliProgram
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <summary>Runs a verb against a server and answers its document; an error document is an exception.</summary>
    public static async Task<JsonElement> RunAsync(string server, Action<string>? progress, CancellationToken cancellationToken, params string[] verb)
    {
        await using var process = ProcessUnderTest.Start("Hierarchy.Cli", ["--server", server, "--output", "json", .. verb], environment: null, progress);
        var text = new StringBuilder();
        await foreach (var line in process.ReadLinesAsync(cancellationToken)) text.AppendLine(line);
        var code = await process.WaitForExitAsync(Longest, cancellationToken);
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(text.ToString());
            root = document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"hierarchy {string.Join(' ', verb)} ended with {code} and gave no JSON document:\n{process.Log}", exception);
        }

        if (code == 0) return root;
        var error = root.GetProperty("error");
        throw new InvalidOperationException($"hierarchy {string.Join(' ', verb)} ended with {code}: {error.GetProperty("message").GetString()} {error.GetProperty("next_step").GetString()}");
    }
}
