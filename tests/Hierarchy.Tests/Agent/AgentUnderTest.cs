using System.Text.Json;
using Hierarchy.Agent;
using Hierarchy.Agent.Locate;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.Scan;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hierarchy.Tests.Agent;

/// <summary>An agent with a state folder and a computer of its own; every call is a start of its own, as from the command line.</summary>
internal sealed class AgentUnderTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal AgentUnderTest(params string[] servers)
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(FactsPath, """{ "os": { "major": 10, "build": 26100 }, "root": "root", "registry": {} }""");
        Options = new AgentOptions { Servers = servers, StateFolder = _folder["state"], FactsFile = FactsPath, Name = "computer", InstallTimeout = TimeSpan.FromSeconds(20) };
    }

    internal AgentOptions Options { get; set; }

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    internal string Root => _folder["root"];

    internal string FactsPath => _folder["facts.json"];

    internal string StatePath => _folder["state"];

    /// <summary>Ids of the updates whose script ran, in order.</summary>
    internal string[] Ran => File.Exists(Path.Combine(Root, "ran.txt")) ? File.ReadAllLines(Path.Combine(Root, "ran.txt")) : [];

    /// <summary>Makes an update installed, or not, as if by hand.</summary>
    internal void Touch(TestUpdate update)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FileOf(update))!); // A full path to a file has a folder.
        File.WriteAllText(FileOf(update), "by hand");
    }

    internal void Untouch(TestUpdate update) => File.Delete(FileOf(update));

    internal bool Has(TestUpdate update) => File.Exists(FileOf(update));

    internal async Task<CycleReport> OnceAsync(CancellationToken cancellationToken)
    {
        var clients = new GrpcServerClients(address: null, TimeProvider.System, NullLoggerFactory.Instance);
        using var http = new HttpClient(SourceAddress.CreateHandler(address: null));
        using var engine = new AgentEngine(Options, clients, FactsFile.Open(FactsPath), http, Time, NullLogger.Instance);
        return await new SingleCycle(engine, Options, clients, Time, NullLogger.Instance).RunAsync(cancellationToken);
    }

    /// <summary>Runs until the test says so, handing over every event line.</summary>
    internal async Task RunAsync(Action<JsonElement> onEvent, CancellationToken cancellationToken)
    {
        var clients = new GrpcServerClients(address: null, TimeProvider.System, NullLoggerFactory.Instance);
        using var http = new HttpClient(SourceAddress.CreateHandler(address: null));
        using var engine = new AgentEngine(Options, clients, FactsFile.Open(FactsPath), http, Time, NullLogger.Instance);
        using var lines = new LineWriter(line => onEvent(JsonDocument.Parse(line).RootElement.Clone()));
        var events = new AgentEvents(lines, Time);
        await new LiveAgent(engine, Options, clients, events, Time, NullLogger.Instance).RunAsync(cancellationToken);
    }

    public void Dispose() => _folder.Dispose();

    private string FileOf(TestUpdate update) => Path.Combine(Root, "C", "Test", $"{update.Id:D}.txt");

    private sealed class LineWriter(Action<string> onLine) : StringWriter
    {
        public override void WriteLine(string? value) => onLine(value ?? "");
    }
}
