using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>Kills the root, or the replica that follows it, in the middle of a synchronization with Microsoft Update, three times.</summary>
internal sealed class SyncChaos : ChaosRun
{
    private const int Rounds = 3;

    protected override UpstreamNode.Catalog Catalog => new() { Generated = 600, Latency = TimeSpan.FromMilliseconds(10) };

    protected override async Task DisturbAsync(CancellationToken cancellationToken)
    {
        await Replica.StartAsync(cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            var victim = Victim();
            // Somewhere in a synchronization: after so many of its progress messages.
            var wanted = Random.Next(1, 12);
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var seen = 0;
            SyncProgress? last = null;
            void Progressed(SyncProgress progress)
            {
                last = progress;
                if (++seen >= wanted) reached.TrySetResult();
            }

            var sync = TryAsync(() => TrySynchronizeAsync(Progressed, cancellationToken));
            await Task.WhenAny(reached.Task, sync);
            await MomentAsync(TimeSpan.FromMilliseconds(100), cancellationToken);
            Note(sync.IsCompleted ? "the synchronization is over" : $"synchronizing: {last?.Phase} {last?.Done}/{last?.Total}");
            await KillAndRestartAsync(victim, cancellationToken);
            Note(await sync ? "the synchronization ended well" : "the synchronization broke off");
        }

        await SynchronizeAsync(cancellationToken);
        Note("synchronized");
    }

    protected override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await EqualAsync(cancellationToken);
        var served = await Upstream.CountRevisionsAsync(cancellationToken);
        foreach (var server in new[] { Root, Replica })
        {
            var heads = await UpdatesAsync(server, cancellationToken);
            Require(heads.Count == served, $"{server.Name} holds {heads.Count} updates; Microsoft Update serves {served}.");
            Require(heads.DistinctBy(update => update.Head.UpdateId).Count() == heads.Count, $"{server.Name} lists an update twice.");
            Require(heads.DistinctBy(update => update.Head.RevisionId).Count() == heads.Count, $"{server.Name} gave one revision number to two revisions.");
        }

        var status = await Root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: cancellationToken);
        Require(status.Quarantined.Count == 0, $"The root set {status.Quarantined.Count} documents aside.");
        Require(status.Running is null, "A synchronization is said to run, and none does.");
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
