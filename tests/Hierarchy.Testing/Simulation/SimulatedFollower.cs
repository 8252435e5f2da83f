using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Repair;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>A follower machine with a simulated mirror and without threads: one effect a step, so that a crash can fall between any two.</summary>
internal sealed class SimulatedFollower
{
    private readonly Queue<FollowerEffect> _effects = new();
    private bool _unserved;

    public SimulatedFollower(MemoryMirrorLog log, ServerIdentity self, IReadOnlyList<Uri> parents, FollowerOptions options, Func<double> random)
    {
        Log = log;
        Machine = new FollowerMachine(self, parents, options, random);
        Enqueue(Machine.Start(log.Checkpoint, log.Staging));
    }

    public MemoryMirrorLog Log { get; }

    public FollowerMachine Machine { get; }

    /// <summary>What the machine wants of the world around: a call, its end, a wait.</summary>
    public Action<FollowerEffect>? OnOutward { get; set; }

    /// <summary>A state is served.</summary>
    public Action<FollowerEffect.Serve>? OnServe { get; set; }

    public Action<FollowerEffect.Introduced>? OnIntroduced { get; set; }

    /// <summary>Keeps what a fold is about to take away, as the product does it; null for nobody.</summary>
    public LossArchive? Losses { get; init; }

    /// <summary>A snapshot has taken the place of what was there.</summary>
    public Action<LogImage>? OnReplaced { get; set; }

    /// <summary>The parent sent what it should not.</summary>
    public Action<string>? OnWrong { get; set; }

    /// <summary>Nothing left to do before the next message.</summary>
    public bool IsIdle => _effects.Count == 0 && !_unserved;

    public bool Step()
    {
        if (IsIdle) return false;
        try
        {
            if (_effects.TryDequeue(out var effect)) Execute(effect);
            else ServeAgain();
        }
        catch (IntegrityException e)
        {
            OnWrong?.Invoke(e.Message);
            StartOver(FeedEnd.Integrity, e.Message);
        }
        catch (IOException e)
        {
            // As the real loop does when its disk fails.
            StorageFailed(e.Message);
        }

        return true;
    }

    public void Settle()
    {
        while (Step())
        {
        }
    }

    public void Receive(FeedMessage message) => Take(() => message);

    public void Receive(FeedFrame frame) => Take(() => FeedCodec.Read(frame.Bytes));

    public void End(FeedEnd why, string reason) => Enqueue(Machine.OnEnded(why, reason));

    /// <summary>The disk failed in the middle of something: what was going to be served may be lost, so what the disk holds is served again.</summary>
    public void StorageFailed(string reason)
    {
        _unserved = true;
        StartOver(FeedEnd.Storage, reason);
    }

    /// <summary>A repair has ended.</summary>
    public void Repaired(RepairOutcome outcome) => Enqueue(Machine.OnRepaired(outcome));

    /// <summary>Rows were found to be rotten; only between two messages.</summary>
    public void Rotten() => Enqueue(Machine.OnRotten());

    public void Elapse() => Enqueue(Machine.OnElapsed());

    private void Take(Func<FeedMessage> read)
    {
        try
        {
            Enqueue(Machine.OnMessage(read()));
        }
        catch (IntegrityException e)
        {
            OnWrong?.Invoke(e.Message);
            StartOver(FeedEnd.Integrity, e.Message);
        }
    }

    private void ServeAgain()
    {
        _unserved = false;
        if (Log.Checkpoint is { } checkpoint) OnServe?.Invoke(new FollowerEffect.Serve(new FoldedState(checkpoint, null, Replaced: true)));
    }

    private void Execute(FollowerEffect effect)
    {
        switch (effect)
        {
            case FollowerEffect.BeginStaging begin:
                Done(Log.BeginStagingAsync(begin.Mode, begin.SourceFloor, CancellationToken.None));
                break;
            case FollowerEffect.Stage stage:
                Done(Log.StageAsync(stage.Records, stage.Through, stage.SourceHead, CancellationToken.None));
                break;
            case FollowerEffect.Fold fold:
                var folded = Fold(fold.Checkpoint);
                if (folded != FoldResult.Folded) OnWrong?.Invoke($"The fold at {fold.Checkpoint.Position} did not match.");
                Enqueue(Machine.OnFolded(folded));
                break;
            case FollowerEffect.Apply apply:
                var applied = Done(Log.ApplyAsync(apply.Transaction.Records, apply.Transaction.Checkpoint, apply.Transaction.Floor, CancellationToken.None));
                if (applied != FoldResult.Folded) OnWrong?.Invoke($"The transaction to {apply.Transaction.Checkpoint.Position} did not match.");
                Enqueue(Machine.OnApplied(applied));
                break;
            case FollowerEffect.Refresh refresh:
                Done(Log.RefreshCheckpointAsync(refresh.Checkpoint, CancellationToken.None));
                break;
            case FollowerEffect.Serve serve:
                OnServe?.Invoke(serve);
                break;
            case FollowerEffect.Introduced introduced:
                OnIntroduced?.Invoke(introduced);
                break;
            default:
                OnOutward?.Invoke(effect);
                break;
        }
    }

    // As the real loop does.
    private FoldResult Fold(Checkpoint checkpoint)
    {
        var (before, replaces) = (Log.Image, Log.Staging.Mode == StagingMode.Snapshot);
        var loss = Losses is null ? null : Done(Losses.KeepAsync(checkpoint, Machine.Status.Parent, CancellationToken.None));
        var folded = Done(Log.FoldAsync(checkpoint, CancellationToken.None));
        if (loss is { } id && folded != FoldResult.Folded) Done(Losses!.TakeBackAsync(id, CancellationToken.None)); // it gave the id
        else if (replaces && folded == FoldResult.Folded) OnReplaced?.Invoke(before);
        return folded;
    }

    private void StartOver(FeedEnd why, string reason)
    {
        _effects.Clear();
        Machine.Resume(Log.Checkpoint, Log.Staging, why);
        Enqueue(Machine.OnEnded(why, reason));
    }

    private void Enqueue(IReadOnlyList<FollowerEffect> effects)
    {
        foreach (var effect in effects) _effects.Enqueue(effect);
    }

    // Memory logs finish before they return.
    private static void Done(ValueTask task) => task.GetAwaiter().GetResult();

    private static T Done<T>(ValueTask<T> task) => task.GetAwaiter().GetResult();
}
