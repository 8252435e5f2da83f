using System.Text.Json;
using Hierarchy.Testing.Namespaces;

namespace Hierarchy.Testing.Tree;

/// <summary>An agent as a process, with a folder that stands for its computer's disk. What it says is kept.</summary>
public sealed class AgentNode(string name, string folder, AgentNode.Computer computer) : TreeNode(name, "Hierarchy.Agent", folder)
{
    private readonly List<JsonElement> events = [];
    private Task? reading;

    /// <summary>The computer that it runs on.</summary>
    public sealed record Computer
    {
        /// <summary>The address that its connections come from: the locator goes by it.</summary>
        public required string Address { get; init; }

        /// <summary>The servers that it is configured with.</summary>
        public required IReadOnlyList<string> Servers { get; init; }

        public required IReadOnlyList<string> Groups { get; init; }

        /// <summary>What it knows of its computer; null for a Windows 11 without anything.</summary>
        public string? Facts { get; init; }

        /// <summary>Its place in a simulated network; null for this computer.</summary>
        public HostPlace? Host { get; init; }
    }

    /// <summary>The folder in which its Windows paths are found.</summary>
    public string Disk => Path.Combine(Folder, "disk");

    /// <summary>What it said so far, in order.</summary>
    public IReadOnlyList<JsonElement> Events
    {
        get
        {
            lock (events) return [.. events];
        }
    }

    /// <summary>What it said of one kind.</summary>
    public IEnumerable<JsonElement> EventsOf(string kind) => Events.Where(said => said.GetProperty("event").GetString() == kind);

    protected override HostPlace? Host => computer.Host;

    protected override IEnumerable<string> Arguments()
    {
        Directory.CreateDirectory(Disk);
        var facts = Path.Combine(Folder, "facts.json");
        if (!File.Exists(facts)) File.WriteAllText(facts, computer.Facts ?? Facts);
        List<string> arguments = ["run", "--state", Path.Combine(Folder, "state"), "--facts", facts, "--address", computer.Address, "--name", Name];
        foreach (var server in computer.Servers) arguments.AddRange(["--server", server]);
        foreach (var group in computer.Groups) arguments.AddRange(["--group", group]);
        return arguments;
    }

    protected override bool IsReady(string line) => Note(line);

    protected override void Started(string line) => reading = ReadAsync(Process);

    protected override async Task EndedAsync()
    {
        if (reading is not null) await reading;
        reading = null;
    }

    // A Windows 11 on x64, as far as rules look; its disk is a folder beside this file.
    private const string Facts = """
        {
          "os": { "platform": "Windows", "major": 10, "minor": 0, "build": 26100, "productType": 1, "suiteMask": 256, "architecture": "x64", "language": "en-US" },
          "root": "disk",
          "files": {},
          "registry": {}
        }
        """;

    private async Task ReadAsync(ProcessUnderTest process)
    {
        await foreach (var line in process.ReadLinesAsync(CancellationToken.None)) Note(line);
    }

    private bool Note(string line)
    {
        if (!line.StartsWith('{')) return false;
        using var document = JsonDocument.Parse(line);
        if (!document.RootElement.TryGetProperty("event", out _)) return false;
        lock (events) events.Add(document.RootElement.Clone());
        return true;
    }
}
