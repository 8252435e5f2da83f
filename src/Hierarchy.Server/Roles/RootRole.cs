using System.Threading.Channels;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Server.Roles;

/// <summary>The authority's own follower: its view is built from its log, its own writes included. Checkpoints are issued here.</summary>
internal sealed class RootRole(IAuthorityLog log, ServedLogs logs, ViewFollower follower) : IHostedService, IDisposable
{
    // The writer waits for the disk at every transaction; what reads here only takes references, so this stays short.
    private readonly Channel<CommittedTransaction> _committed = Channel.CreateUnbounded<CommittedTransaction>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // First the subscription, then the look at the log: what is committed in between is in both, and the view passes over it.
        log.Committed += OnCommitted;
        await follower.CatchUpAsync(isReplaced: true, cancellationToken);
        _loop = Task.Run(() => FollowAsync(_stopping.Token), CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        log.Committed -= OnCommitted;
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    private void OnCommitted(CommittedTransaction transaction) => _committed.Writer.TryWrite(transaction);

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var transaction in _committed.Reader.ReadAllAsync(cancellationToken))
            await follower.ApplyAsync(transaction.Records, transaction.Head, logs.Tree.CheckpointOf(transaction.Head)!, cancellationToken); // An authority issues one for every head.
    }
}
