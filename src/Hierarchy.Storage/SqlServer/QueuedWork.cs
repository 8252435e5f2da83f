namespace Hierarchy.Storage.SqlServer;

/// <summary>What one caller wants written.</summary>
internal abstract class QueuedWork(CancellationToken cancellationToken)
{
    /// <summary>Ends the wait of a caller whose work has not begun.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Rows that have to be known, about: groups have a limit.</summary>
    public abstract int Weight { get; }

    /// <summary>Bytes of what is written, about: groups have a limit.</summary>
    public abstract long Bytes { get; }

    /// <summary>After it is durable and shown.</summary>
    public abstract void Complete();

    /// <summary>It was not written, or nobody knows.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Ends the wait as the exception says.</summary>
    protected static void Fail<TResult>(TaskCompletionSource<TResult> answer, Exception exception)
    {
        if (exception is OperationCanceledException canceled) answer.TrySetCanceled(canceled.CancellationToken);
        else answer.TrySetException(exception);
    }
}

/// <summary>Work with an answer.</summary>
internal interface IAnswered<TResult>
{
    Task<TResult> Answer { get; }
}
