namespace Hierarchy.Storage.SqlServer;

/// <summary>What one caller wants of an authority's log. It may be worked out several times, against newer and newer states.</summary>
internal abstract class LogWork(CancellationToken cancellationToken) : QueuedWork(cancellationToken)
{
    /// <summary>Asks what other servers have written, also where nothing of one's own stands against it.</summary>
    public bool SeesOthers { get; init; }

    /// <summary>The keys whose rows have to be known.</summary>
    public abstract IReadOnlyList<(int Kind, ReadOnlyMemory<byte> Key)> Keys { get; }

    public override int Weight => Keys.Count;

    /// <summary>Adds the work to a plan.</summary>
    public abstract void Plan(CommitPlan plan);
}

/// <summary>Work with an answer.</summary>
internal sealed class LogWork<TResult>(
    IReadOnlyList<(int Kind, ReadOnlyMemory<byte> Key)> keys, long bytes, Func<CommitPlan, TResult> plan, CancellationToken cancellationToken) : LogWork(cancellationToken), IAnswered<TResult>
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> Answer => _answer.Task;

    public override IReadOnlyList<(int Kind, ReadOnlyMemory<byte> Key)> Keys => keys;

    public override long Bytes => bytes;

    public override void Plan(CommitPlan target) => _result = plan(target);

    public override void Complete() => _answer.TrySetResult(_result!);

    public override void Fail(Exception exception) => Fail(_answer, exception);
}
