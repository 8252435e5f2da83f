using System.Threading.Channels;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Server.Roles;

/// <summary>
/// A server that decides for itself: its own log is the overlay on the tree's, which <see cref="ReplicaRole"/> mirrors beside it. What the parent's log decides is carried, passed on, and not served.
/// </summary>
internal sealed class AutonomousRole(IAuthorityLog log, ServedLogs logs, ViewFollower follower) : IHostedService, IDisposable
{
    private readonly Channel<CommittedTransaction> _committed = Channel.CreateUnbounded<CommittedTransaction>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The view reads the log when the catalog is there; what is committed from here on is in both, and the view passes over it.
        log.Committed += OnCommitted;
        _loop = Task.Run(() => FollowAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
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
        {
            var checkpoint = logs.Overlay!.CheckpointOf(transaction.Head)!; // An autonomous server has an overlay, and issues a checkpoint for every head of it.
            await follower.ApplyOverlayAsync(transaction.Records, transaction.Head, checkpoint, cancellationToken);
        }
    }
}
