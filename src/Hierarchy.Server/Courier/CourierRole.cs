using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Courier;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Server.Roles;
using Hierarchy.Storage;

namespace Hierarchy.Server.Courier;

/// <summary>The mirror of a server without any connection: serves what was imported last, and takes the next file when somebody brings one.</summary>
internal sealed class CourierRole(IMirrorLog log, FeedSource feed, ViewFollower views, ServerIdentity self, ILocalState local, ILostStore lost, TimeProvider time) : IHostedService, IDisposable
{
    private const string Source = "courier/source";

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private Guid _parent;
    private volatile bool _isRotten;

    /// <summary>The server that made the last file; empty before the first.</summary>
    public Guid ParentId => _parent;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await local.GetAsync(Source, cancellationToken) is { Length: 16 } bytes) _parent = new Guid(bytes, bigEndian: true);
        if (_parent != Guid.Empty) feed.Ancestry = [self.Id, _parent];
        await views.CatchUpAsync(isReplaced: false, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>One file at a time; null while another is under way.</summary>
    public async Task<IDisposable?> TryEnterAsync(CancellationToken cancellationToken) =>
        await _oneAtATime.WaitAsync(TimeSpan.Zero, cancellationToken) ? new Turn(_oneAtATime) : null;

    /// <summary>Rows of the mirror are not what its checkpoint says: none are fed below, and the next file has to hold everything.</summary>
    public void OnRotten()
    {
        _isRotten = true;
        feed.Hold(true);
    }

    /// <summary>Takes the log of one file.</summary>
    public CourierImporter NewImporter(ServerIdentity maker) => new(log, self.Id, maker, feed, ServeAsync, views, lost, time, _isRotten);

    /// <summary>Remembers who made the file that is served now.</summary>
    public async Task RememberAsync(Guid madeBy, CancellationToken cancellationToken)
    {
        await local.SetAsync(Source, madeBy.ToByteArray(bigEndian: true), cancellationToken);
        _parent = madeBy;
    }

    private async ValueTask ServeAsync(FoldedState state, CancellationToken cancellationToken)
    {
        if (state.Replaced) _isRotten = false;
        await views.CatchUpAsync(state.Replaced, cancellationToken);
    }

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        private SemaphoreSlim? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Release();
    }
}
