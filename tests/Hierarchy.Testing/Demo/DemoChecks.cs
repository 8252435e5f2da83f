using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Demo;

/// <summary>What must be so after the scene, asked of each server through the command line.</summary>
internal sealed class DemoChecks(ServerNode root, IReadOnlyList<ServerNode> replicas, DemoLog log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The recorded documents stand in both replicas byte for byte.</summary>
    public async Task DocumentsAsync(string? folder, CancellationToken cancellationToken)
    {
        if (folder is null)
        {
            log.Say("the recorded documents are absent: nothing to compare");
            return;
        }

        var documents = DocumentFolder.Read(folder);
        log.Say($"comparing {documents.Count} recorded documents on both replicas, byte for byte");
        await Task.WhenAll(replicas.Select(replica => CompareAsync(replica, documents, cancellationToken)));
    }

    /// <summary>The agents took every byte from the replica of their own site, and each replica fetched each file once.</summary>
    public async Task ContentAsync(Guid update, int agents, CancellationToken cancellationToken)
    {
        log.Say("reading the content counters");
        var shown = await CliProgram.RunAsync(root.GrpcUrl, progress: null, cancellationToken, "updates", "show", update.ToString("D"));
        var bytes = shown.GetProperty("update").GetProperty("files").EnumerateArray().Sum(file => file.GetProperty("size").GetInt64());

        // The counters are sampled: they are true a moment after the fact.
        await Until.TrueAsync(
            $"the content counters to show {agents} downloads of {bytes} bytes", Patience,
            async token =>
            {
                var servers = await ServersAsync(token);
                return replicas.Sum(replica => Served(servers, replica)) == agents * bytes;
            },
            cancellationToken);

        var all = await ServersAsync(cancellationToken);
        if (Served(all, root) != 0) throw new DemoFailedException($"The root served {Served(all, root)} bytes of content to clients: they crossed the sites' border.");
        foreach (var replica in replicas)
        {
            var fetched = Counter(all, replica, "content_bytes_from_parent") + Counter(all, replica, "content_bytes_from_microsoft");
            if (fetched != bytes) throw new DemoFailedException($"{replica.Name} fetched {fetched} bytes; its two files have {bytes}.");
            log.Detail($"{replica.Name} fetched {fetched} bytes once and served {Served(all, replica)} to its agents");
        }

        log.Detail($"the root served 0 bytes to agents, {Counter(all, root, "content_bytes_served_to_servers")} to its replicas");
    }

    /// <summary>Every agent found the server of its own site.</summary>
    public async Task AgentsReportToTheirSiteAsync(CancellationToken cancellationToken)
    {
        var computers = (await CliProgram.RunAsync(root.GrpcUrl, progress: null, cancellationToken, "computers", "list")).GetProperty("computers");
        foreach (var computer in computers.EnumerateArray())
        {
            var (address, server) = (computer.GetProperty("address").GetString(), computer.GetProperty("server").GetString());
            var expected = address?.StartsWith("127.0.1.", StringComparison.Ordinal) == true ? "replica-a" : "replica-b";
            if (server != expected) throw new DemoFailedException($"The computer at {address} reports to {server}, not to {expected} in its site.");
        }

        log.Say("every agent reports to the replica of its own site");
    }

    /// <summary>Asked each by itself, all servers stand at one position with one digest.</summary>
    public async Task DigestsAsync(CancellationToken cancellationToken)
    {
        log.Say("comparing the whole digests, each asked of its own server");
        await Until.TrueAsync(
            "equal digests on all servers", Patience,
            async token =>
            {
                var expected = await root.LogStateAsync(token);
                foreach (var replica in replicas)
                    if (await replica.LogStateAsync(token) != expected) return false;
                return true;
            },
            cancellationToken);
    }

    private static async Task CompareAsync(ServerNode replica, IReadOnlyList<SourceDocument> documents, CancellationToken cancellationToken)
    {
        foreach (var document in documents)
        {
            var id = document.Summary.Key.Id.ToString("D");
            var shown = await CliProgram.RunAsync(replica.GrpcUrl, progress: null, cancellationToken, "updates", "show", id, "--document");
            var expected = Sha256(document.Xml);
            var stated = shown.GetProperty("document_sha256").GetString();
            var held = Sha256(shown.GetProperty("document").GetString() ?? "");
            if (stated != expected || held != expected)
                throw new DemoFailedException($"{replica.Name} holds another document of {id}: SHA-256 {held} (it says {stated}), recorded {expected}.");
        }
    }

    private async Task<JsonElement> ServersAsync(CancellationToken cancellationToken)
        => (await CliProgram.RunAsync(root.GrpcUrl, progress: null, cancellationToken, "servers", "list")).GetProperty("servers");

    private static long Served(JsonElement servers, ServerNode server) => Counter(servers, server, "content_bytes_served");

    private static long Counter(JsonElement servers, ServerNode server, string name)
        => servers.EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == server.Name).GetProperty(name).GetInt64();

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
