using System.Threading.Channels;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Repair;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Replication.Follower;

/// <summary>
/// Follows one parent after another for as long as it runs: gives a <see cref="FollowerMachine"/> the messages and the clock, and does what it says to the mirror, the view and the
/// servers below.
/// </summary>
#pragma warning disable CA1001 // RunAsync closes the call before it returns.
public sealed partial class FollowerLoop
#pragma warning restore CA1001
{
    private readonly IMirrorLog _log;
    private readonly IReadOnlyList<Uri> _parents;
    private readonly ServerIdentity _self;
    private readonly FeedSource? _downstream;
    private readonly Func<FoldedState, CancellationToken, ValueTask> _serve;
    private readonly Func<Uri, FollowerHello, CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> _open;
    private readonly FollowerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IStagingObserver? _observer;
    private readonly FollowedLog _followed;
    private readonly Func<Uri, CancellationToken, ICompareCall>? _compare;
    private readonly LossArchive? _archive;
    private readonly FollowerMachine _machine;
    private readonly Queue<FollowerEffect> _effects = new();
    private FollowerStatus _status = new();
    private FeedCall? _call;
    private bool _unserved;

    internal FollowerLoop(
        IMirrorLog log,
        ServerIdentity self,
        IReadOnlyList<Uri> parents,
        Func<Uri, FollowerHello, CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> open,
        FeedSource? downstream,
        Func<FoldedState, CancellationToken, ValueTask> serve,
        FollowerOptions options,
        TimeProvider time,
        ILogger<FollowerLoop> logger,
        IStagingObserver? observer = null,
        FollowedLog? followed = null,
        Func<Uri, CancellationToken, ICompareCall>? compare = null,
        ILostStore? lost = null)
    {
        if (parents.Count == 0) throw new ArgumentException("A follower needs at least one parent.", nameof(parents));
        _log = log;
        _self = self;
        _parents = parents;
        _open = open;
        _downstream = downstream;
        _serve = serve;
        _options = options;
        _time = time;
        _logger = logger;
        _observer = observer;
        _followed = followed ?? FollowedLog.Tree;
        _compare = compare;
        _archive = lost is null ? null : new LossArchive(log, lost, time);
        _machine = new FollowerMachine(self, parents, options, Random.Shared.NextDouble) { Followed = _followed };
    }

    /// <summary>Makes a loop over gRPC; <see cref="RunAsync"/> runs it.</summary>
    /// <param name="log">The mirror.</param>
    /// <param name="self">Who follows.</param>
    /// <param name="parents">Where parents answer, in order of preference.</param>
    /// <param name="downstream">Feeds the servers below; told what was folded.</param>
    /// <param name="serve">Swaps the view; called with every state that equals its checkpoint, in order.</param>
    /// <param name="options">Waits and limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Says what it follows.</param>
    /// <param name="observer">Makes the view ready while pages are staged; null for none.</param>
    /// <param name="followed">Which log, and from whom; null for the tree's from any parent.</param>
    /// <param name="lost">Keeps what the mirror loses when another history takes its place; null forgets it.</param>
    public static FollowerLoop Create(
        IMirrorLog log, ServerIdentity self, IReadOnlyList<Uri> parents, FeedSource? downstream, Func<FoldedState, CancellationToken, ValueTask> serve, FollowerOptions options, TimeProvider time,
        ILogger<FollowerLoop> logger, IStagingObserver? observer = null, FollowedLog? followed = null, ILostStore? lost = null) =>
        new(
            log, self, parents, FeedMethods.OpenAsync, downstream, serve, options, time, logger, observer, followed, CompareCall.Open, lost);

    /// <summary>After every change of <see cref="Status"/>. Handlers hand over and return.</summary>
    public event Action<FollowerStatus>? StatusChanged;

    /// <summary>Where it stands now.</summary>
    public FollowerStatus Status => Volatile.Read(ref _status);

    /// <summary>Runs until it is cancelled; then the call is closed and the mirror is left as it is.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _effects.Clear(); // of a run before this one
        Enqueue(_machine.Start(_log.Checkpoint, _log.Staging));
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await StepAsync(cancellationToken);
                Tell(_machine.Status);
            }
        }
        finally
        {
            if (_call is not null) await _call.DisposeAsync();
            _call = null;
            Tell(_machine.Status with { Phase = FollowerPhase.Stopped });
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_effects.TryDequeue(out var effect)) await ExecuteAsync(effect, cancellationToken);
            else if (_unserved) await ServeAgainAsync(cancellationToken);
            else if (IsRottenNow()) Enqueue(_machine.OnRotten());
            else Enqueue(await HearAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (IntegrityException e)
        {
            Log.Wrong(_logger, e.Message, e);
            StartOver(FeedEnd.Integrity, e.Message);
        }
#pragma warning disable CA1031 // The loop outlives whatever happens to disk or view, says so, and tries again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.StorageFailed(_logger, e);
            _unserved = true;
            _observer?.Begin(StagingMode.None);
            StartOver(FeedEnd.Storage, $"This server's own storage or view failed: {e.Message} See the log; it tries again.");
        }
    }

    /// <summary>The next message, or the end of the call. Only what the parent or the network does is an end; all else is thrown.</summary>
    private async Task<IReadOnlyList<FollowerEffect>> HearAsync(CancellationToken cancellationToken)
    {
        FeedMessage message;
        try
        {
            var waiting = _call!.Messages.WaitToReadAsync(cancellationToken).AsTask(); // with no effect left to execute, the machine has a call
            if (!waiting.IsCompleted && await Task.WhenAny(waiting, Volatile.Read(ref _rotten).Task) != waiting) return [];
            message = await _call.Messages.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } e and not IntegrityException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (why, reason) = RpcErrors.Explain(e);
            return _machine.OnEnded(why, $"Following {_machine.Status.Parent?.Url}: {reason}");
        }
        catch (ChannelClosedException closed) when (closed.InnerException is IntegrityException e)
        {
            throw e;
        }

        return _machine.OnMessage(message);
    }

    private async Task ExecuteAsync(FollowerEffect effect, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case FollowerEffect.Connect connect:
                var parent = _parents[connect.Parent];
                _call = new FeedCall(token => _open(parent, connect.Hello, token), _options, _time, cancellationToken);
                break;
            case FollowerEffect.Disconnect:
                await DisconnectAsync();
                break;
            case FollowerEffect.Repair repair:
                Tell(_machine.Status);
                Enqueue(_machine.OnRepaired(await RepairAsync(_parents[repair.Parent], repair.Thorough, cancellationToken)));
                break;
            case FollowerEffect.Wait wait:
                Tell(_machine.Status);
                await Task.Delay(wait.Delay, _time, cancellationToken);
                Enqueue(_machine.OnElapsed());
                break;
            case FollowerEffect.BeginStaging begin:
                await _log.BeginStagingAsync(begin.Mode, begin.SourceFloor, cancellationToken);
                _observer?.Begin(begin.Mode);
                break;
            case FollowerEffect.Stage stage:
                if (_observer is not null) await _observer.TakeAsync(stage.Records, cancellationToken);
                await _log.StageAsync(stage.Records, stage.Through, stage.SourceHead, cancellationToken);
                break;
            case FollowerEffect.Fold fold:
                Enqueue(_machine.OnFolded(await FoldAsync(fold.Checkpoint, cancellationToken)));
                break;
            case FollowerEffect.Apply apply:
                var (records, checkpoint, floor) = (apply.Transaction.Records, apply.Transaction.Checkpoint, apply.Transaction.Floor);
                Enqueue(_machine.OnApplied(await _log.ApplyAsync(records, checkpoint, floor, cancellationToken)));
                break;
            case FollowerEffect.Refresh refresh:
                await _log.RefreshCheckpointAsync(refresh.Checkpoint, cancellationToken);
                _downstream?.Refresh();
                break;
            case FollowerEffect.Serve serve:
                PassOn(serve);
                if (serve.State.Replaced) Volatile.Write(ref _withheld, false);
                await _serve(serve.State, cancellationToken);
                break;
            case FollowerEffect.Introduced introduced:
                if (introduced.Overlay is { } overlay) await _followed.Accepted(overlay, cancellationToken);
                if (_downstream is null) break;
                _downstream.Ancestry = [_self.Id, .. introduced.Ancestry];
                _downstream.Newer = introduced.Newer;
                break;
        }
    }

    /// <summary>Folds; what that takes away is kept before.</summary>
    private async ValueTask<FoldResult> FoldAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var loss = _archive is null ? null : await _archive.KeepAsync(checkpoint, _machine.Status.Parent, cancellationToken);
        var result = await _log.FoldAsync(checkpoint, cancellationToken);
        if (loss is { } id && result != FoldResult.Folded) await _archive!.TakeBackAsync(id, cancellationToken); // it gave the id
        else if (loss is not null) Log.Lost(_logger, checkpoint.Position, loss.Value);
        return result;
    }

    private void PassOn(FollowerEffect.Serve serve)
    {
        if (_downstream is null) return;
        if (serve.State.Replaced) _downstream.Hold(false);
        if (serve.State.Records is not { } records) _downstream.Reset();
        else if (serve.Frame is { } frame && serve.Floor == _log.Head.Floor) _downstream.Publish(frame, serve.State.Checkpoint);
        else _downstream.Publish(new CommittedTransaction(records, _log.Head), serve.State.Checkpoint);
    }

    private async Task ServeAgainAsync(CancellationToken cancellationToken)
    {
        _unserved = false;
        if (_log.Checkpoint is not { } checkpoint) return;
        _downstream?.Reset();
        Volatile.Write(ref _withheld, false);
        await _serve(new FoldedState(checkpoint, null, Replaced: true), cancellationToken);
    }

    private void StartOver(FeedEnd why, string reason)
    {
        _effects.Clear();
        _machine.Resume(_log.Checkpoint, _log.Staging, why);
        Enqueue(_machine.OnEnded(why, reason));
    }

    private async Task DisconnectAsync()
    {
        if (_call is null) return;
        await _call.DisposeAsync();
        _call = null;
    }

    private void Enqueue(IReadOnlyList<FollowerEffect> effects)
    {
        for (var i = 0; i < effects.Count; i++) _effects.Enqueue(effects[i]);
    }

    private void Tell(FollowerStatus status)
    {
        var before = _status;
        if (ReferenceEquals(before, status)) return;
        Volatile.Write(ref _status, status);
        if (status.Repairs > before.Repairs) Log.Repaired(_logger, status.Checkpoint?.Position, status.Parent?.Url);
        if (status.DigestMismatches > before.DigestMismatches) Log.Mismatch(_logger, status.Reason);
        if (status.Phase != before.Phase)
        {
            if (status.Phase == FollowerPhase.Live) Log.Live(_logger, status.Parent?.Server?.Name, status.Parent?.Url, status.Checkpoint?.Position);
            else if (status.Phase == FollowerPhase.CatchingUp) Log.CatchingUp(_logger, status.Parent?.Server?.Name, status.Parent?.Url, status.Through, status.Target);
        }

        if (status.Reason.Length > 0 && status.Reason != before.Reason) Log.Waiting(_logger, status.Reason);
        StatusChanged?.Invoke(status);
    }

    private static partial class Log
    {
        [LoggerMessage(1701, LogLevel.Warning, "Repaired: the records equal the checkpoint at {Position} of {Parent}.")]
        public static partial void Repaired(ILogger logger, Position? position, Uri? parent);

        [LoggerMessage(1702, LogLevel.Warning, "Records of this server's own storage do not equal its checkpoint; servers below are fed no pages until they are repaired.")]
        public static partial void Rotten(ILogger logger);

        [LoggerMessage(3001, LogLevel.Information, "Catching up with {Parent} at {Url}, from {From} to {To}.")]
        public static partial void CatchingUp(ILogger logger, string? parent, Uri? url, long from, long to);

        [LoggerMessage(3002, LogLevel.Information, "Live with {Parent} at {Url}, position {Position}.")]
        public static partial void Live(ILogger logger, string? parent, Uri? url, Position? position);

        [LoggerMessage(3003, LogLevel.Warning, "{Reason}")]
        public static partial void Waiting(ILogger logger, string reason);

        [LoggerMessage(3004, LogLevel.Warning, "Digest mismatch. {Reason}")]
        public static partial void Mismatch(ILogger logger, string reason);

        [LoggerMessage(3005, LogLevel.Warning, "{Reason}")]
        public static partial void Wrong(ILogger logger, string reason, Exception exception);

        [LoggerMessage(1600, LogLevel.Warning, "Records that this server held are not in the history that it follows now, at {Position}. They were kept: hierarchy servers lost --show {Loss}")]
        public static partial void Lost(ILogger logger, Position position, long loss);

        [LoggerMessage(3006, LogLevel.Error, "Following: storing or serving what the parent sent failed.")]
        public static partial void StorageFailed(ILogger logger, Exception exception);
    }
}
