using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>Kills the root, or the replica that follows it, in the middle of a synchronization with Microsoft Update, until one comes through or five times.</summary>
internal sealed class SyncChaos : ChaosRun
{
    private const int MostKills = 5;

    // Slow answers: a synchronization that lasts some seconds, whatever the machine.
    protected override UpstreamNode.Catalog Catalog => new() { Generated = 1200, Latency = TimeSpan.FromMilliseconds(200) };

    protected override async Task DisturbAsync(CancellationToken cancellationToken)
    {
        await Replica.StartAsync(cancellationToken);
        var interrupted = 0;
        while (Kills < MostKills)
        {
            SyncProgress? last = null;
            var sync = TryAsync(() => TrySynchronizeAsync(progress => last = progress, cancellationToken));
            while (!sync.IsCompleted && Kills < MostKills)
            {
                await MomentAsync(TimeSpan.FromMilliseconds(1500), cancellationToken);
                if (sync.IsCompleted) break;
                Note($"synchronizing: {last?.Phase} {last?.Done}/{last?.Total}");
                interrupted++;
                await KillAndRestartAsync(Victim(), cancellationToken);
            }

            var well = await sync;
            Note(well ? "the synchronization ended well" : "the synchronization broke off");
            if (well) break;
        }

        Require(interrupted > 0, "No server was killed while a synchronization ran: the scenario tested nothing.");
        await SynchronizeAsync(cancellationToken);
        Note("synchronized");
    }

    protected override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await EqualAsync(cancellationToken);
        var served = await Upstream.CountRevisionsAsync(cancellationToken);
        foreach (var server in new[] { Root, Replica })
            await AgreesAsync($"the whole catalog at the {server.Name}", token => DifferenceAsync(server, served, token), cancellationToken);

        var status = await Root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: cancellationToken);
        Require(status.Quarantined.Count == 0, $"The root set {status.Quarantined.Count} documents aside.");
        Require(status.Running is null, "A synchronization is said to run, and none does.");
    }

    private static async Task<string> DifferenceAsync(ServerNode server, int served, CancellationToken cancellationToken)
    {
        var updates = await UpdatesAsync(server, cancellationToken);
        if (updates.Count != served) return $"{server.Name} holds {updates.Count} updates; Microsoft Update serves {served}.";
        if (updates.DistinctBy(update => update.Head.UpdateId).Count() != served) return $"{server.Name} lists an update twice.";
        return updates.DistinctBy(update => update.Head.RevisionId).Count() == served ? "" : $"{server.Name} gave one revision number to two revisions.";
    }

    private static async Task<List<Update>> UpdatesAsync(ServerNode server, CancellationToken cancellationToken)
    {
        var updates = new List<Update>();
        var token = "";
        do
        {
            var request = new ListUpdatesRequest { IncludeAll = true, PageSize = 1000, PageToken = token };
            var page = await server.Admin.ListUpdatesAsync(request, cancellationToken: cancellationToken);
            updates.AddRange(page.Updates);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return updates;
    }
}
