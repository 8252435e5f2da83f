using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Courier;

/// <summary>
/// Takes the log of one courier file into a mirror: gives a <see cref="CourierMachine"/> the frames, and does what it says. Pages are kept as they come, so an import that was killed goes on
/// behind them; nothing is served before the whole equals its checkpoint.
/// </summary>
public sealed class CourierImporter
{
    private readonly IMirrorLog _log;
    private readonly FeedSource _downstream;
    private readonly Guid _self;
    private readonly Func<FoldedState, CancellationToken, ValueTask> _serve;
    private readonly IStagingObserver? _observer;
    private readonly CourierMachine _machine;
    private readonly LossArchive? _archive;
    private readonly ParentStatus _maker;
    private CourierState? _file;

    /// <param name="log">The mirror, which nobody else writes.</param>
    /// <param name="self">This server's id.</param>
    /// <param name="maker">The server that made the file.</param>
    /// <param name="downstream">Feeds the servers below.</param>
    /// <param name="serve">Swaps the view.</param>
    /// <param name="observer">Makes the view ready while pages are staged; null for none.</param>
    /// <param name="lost">Keeps what a file of another history takes away; null for nobody.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isRotten">Rows of the mirror are not what its checkpoint says: only a file with everything is taken.</param>
    public CourierImporter(
        IMirrorLog log, Guid self, ServerIdentity maker, FeedSource downstream, Func<FoldedState, CancellationToken, ValueTask> serve, IStagingObserver? observer, ILostStore? lost, TimeProvider time, bool isRotten = false)
    {
        _maker = new ParentStatus(new Uri("courier:"), maker, []);
        _archive = lost is null ? null : new LossArchive(log, lost, time);
        _log = log;
        _self = self;
        _downstream = downstream;
        _serve = serve;
        _observer = observer;
        _machine = new CourierMachine(log.Checkpoint, log.Staging, isRotten);
    }

    /// <summary>Why the file was refused.</summary>
    public string Reason => _machine.Reason;

    /// <summary>Records taken now.</summary>
    public long Taken => _machine.Taken;

    /// <summary>Records that were here or staged.</summary>
    public long Passed => _machine.Passed;

    /// <summary>The file's state is served; or was, before it came.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The file's header.</summary>
    /// <exception cref="IntegrityException">It is wrong, or names another state than this server's for the same position.</exception>
    public async Task<CourierVerdict> BeginAsync(CourierState file, CancellationToken cancellationToken)
    {
        if (file.Ancestry.Contains(_self)) throw new IntegrityException("The courier file comes from a server that follows this one, directly or through others. Nothing of it was taken; export from a server above.");
        _file = file;
        var verdict = _machine.OnHeader(file);
        if (verdict == CourierVerdict.AlreadyThere)
        {
            // Its time may be newer.
            if (_log.Checkpoint is { } known && file.Checkpoint.Time > known.Time) await _log.RefreshCheckpointAsync(file.Checkpoint, cancellationToken);
            Introduce();
            IsDone = true;
        }

        if (verdict == CourierVerdict.Fits) await ExecuteAsync(_machine.Begin(), cancellationToken);
        return verdict;
    }

    /// <summary>A frame of the feed, in a file that fits.</summary>
    /// <exception cref="IntegrityException">It is wrong, or the whole does not equal its checkpoint: nothing that is served has changed.</exception>
    public async Task TakeAsync(CourierFrame frame, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(_machine.OnMessage(FeedCodec.Read(frame.Body)), cancellationToken);
        }
        catch
        {
            // Which pages were kept is told by the mirror, at the next attempt.
            _observer?.Begin(StagingMode.None);
            throw;
        }
    }

    private async Task ExecuteAsync(IReadOnlyList<FollowerEffect> effects, CancellationToken cancellationToken)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case FollowerEffect.BeginStaging begin:
                    await _log.BeginStagingAsync(begin.Mode, begin.SourceFloor, cancellationToken);
                    _observer?.Begin(begin.Mode);
                    break;
                case FollowerEffect.Stage stage:
                    if (_observer is not null) await _observer.TakeAsync(stage.Records, cancellationToken);
                    await _log.StageAsync(stage.Records, stage.Through, stage.SourceHead, cancellationToken);
                    break;
                case FollowerEffect.Fold fold:
                    await FoldAsync(fold.Checkpoint, cancellationToken);
                    break;
            }
        }
    }

    private async Task FoldAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var loss = _archive is null ? null : await _archive.KeepAsync(checkpoint, _maker, cancellationToken);
        var result = await _log.FoldAsync(checkpoint, cancellationToken);
        if (result != FoldResult.Folded && loss is { } id) await _archive!.TakeBackAsync(id, cancellationToken); // It gave the id.
        if (result != FoldResult.Folded)
            throw new IntegrityException($"The records of the courier file do not add up to its checkpoint at {checkpoint.Position}; they are not served. Import it again; if it fails again, export it anew.");
        Introduce();
        if (_machine.Replaces) _downstream.Hold(false);
        _downstream.Reset();
        // The mirror has it: whoever goes away now does not keep it from being served.
        await _serve(new FoldedState(checkpoint, Records: null, _machine.Replaces), CancellationToken.None);
        IsDone = true;
    }

    private void Introduce() => _downstream.Ancestry = [_self, .. _file!.Ancestry]; // A file began.
}
