using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>
/// Kills a root five times in the middle of one synchronization, at moments spread over all of it; each time it goes on where it was. In the end its catalog must have the
/// digest of one that nobody disturbed, and so must that of a replica.
/// </summary>
internal sealed class CatalogChaos : ChaosRun
{
    private const int Moments = 5;
    private const double AtTheBeginning = 0.25;

    // Behind this part a synchronization may be over before the blow falls.
    private const double Last = 0.6;
    private static readonly TimeSpan Beginning = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(80);

    protected override UpstreamNode.Catalog Catalog => new() { Generated = 2000, Latency = TimeSpan.FromMilliseconds(250) };

    private CatalogDigest? Undisturbed { get; set; }

    protected override async Task DisturbAsync(CancellationToken cancellationToken)
    {
        var calm = Tree.AddServer("undisturbed", new ServerNode.Place { MicrosoftUpdate = Upstream.Url });
        await calm.StartAsync(cancellationToken);
        await calm.TakeEverythingAsync(cancellationToken);
        Require(await TrySynchronizeAsync(calm, onProgress: null, cancellationToken), "The undisturbed synchronization failed.");
        Undisturbed = await CatalogDigest.OfAsync(calm.Channel, cancellationToken);
        await calm.StopAsync(cancellationToken);
        Note($"undisturbed: {Undisturbed}");

        for (var moment = 0; moment < Moments; moment++)
        {
            var isEarly = Random.NextDouble() < AtTheBeginning;
            var threshold = isEarly ? 0 : (int)(Undisturbed.Revisions * Last * (moment + Random.NextDouble()) / Moments);
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            SyncProgress? last = null;
            var sync = TryAsync(() => TrySynchronizeAsync(
                progress =>
                {
                    last = progress;
                    if (progress.Phase == "updates" && progress.Done >= threshold) reached.TrySetResult();
                },
                cancellationToken));
            if (!isEarly) await Task.WhenAny(sync, reached.Task);
            await MomentAsync(isEarly ? Beginning : Jitter, cancellationToken);
            Require(!sync.IsCompleted, $"The synchronization was over before blow {moment + 1} of {Moments}: the scenario tested nothing.");
            Note($"synchronizing: {last?.Phase} {last?.Done}/{last?.Total}");
            await KillAndRestartAsync(Root, cancellationToken);
            Require(!await sync, "A synchronization whose server was killed is said to have ended well.");
        }

        await SynchronizeAsync(cancellationToken);
        Note("synchronized");
    }

    protected override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await Replica.StartAsync(cancellationToken);
        await EqualAsync(cancellationToken);
        foreach (var server in new[] { Root, Replica })
        {
            var digest = await CatalogDigest.OfAsync(server.Channel, cancellationToken);
            Note($"{server.Name}: {digest}");
            Require(digest == Undisturbed, $"The {server.Name}'s catalog is {digest}; undisturbed it is {Undisturbed}.");
        }

        var status = await Root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: cancellationToken);
        Require(status.Quarantined.Count == 0, $"The root set {status.Quarantined.Count} documents aside.");
    }
}
