namespace Hierarchy.Storage.Sqlite;

/// <summary>What one caller wants written. It may be executed twice: once in a transaction with others that fails, and once alone.</summary>
internal abstract class WriterWork(CancellationToken cancellationToken)
{
    /// <summary>Ends the wait of a caller whose work has not begun.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Within the transaction, in the order of the callers.</summary>
    public abstract void Execute();

    /// <summary>After the transaction is durable and the store's memory shows it.</summary>
    public abstract void Complete();

    /// <summary>Nothing of this work is on disk.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>Work with an answer.</summary>
internal sealed class WriterWork<TResult>(Func<TResult> execute, CancellationToken cancellationToken) : WriterWork(cancellationToken)
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> Answer => _answer.Task;

    public override void Execute() => _result = execute();

    public override void Complete() => _answer.TrySetResult(_result!);

    public override void Fail(Exception exception)
    {
        if (exception is OperationCanceledException canceled) _answer.TrySetCanceled(canceled.CancellationToken);
        else _answer.TrySetException(exception);
    }
}
