using System.Text;
using System.Text.Json;
using Hierarchy.Testing.Namespaces;

namespace Hierarchy.Testing.Tree;

/// <summary>The administrator's command line as a process, with --output json.</summary>
public sealed class CliProgram
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <summary>Runs a verb against a server and answers its document; an error document is an exception.</summary>
    public static Task<JsonElement> RunAsync(string server, Action<string>? progress, CancellationToken cancellationToken, params string[] verb) =>
        RunAsync(server, host: null, progress, verb, cancellationToken);

    /// <summary>The same on a server's computer in a simulated network.</summary>
    public static Task<JsonElement> RunAsync(HostPlace host, CancellationToken cancellationToken, params string[] verb) =>
        RunAsync("http://127.0.0.1:8532", host, progress: null, verb, cancellationToken);

    private static async Task<JsonElement> RunAsync(string server, HostPlace? host, Action<string>? progress, string[] verb, CancellationToken cancellationToken)
    {
        await using var process = ProcessUnderTest.Start("Hierarchy.Cli", ["--server", server, "--output", "json", .. verb], environment: null, progress, host?.Namespace);
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
