using Hierarchy.Protocol.Rollup.V1;

namespace Hierarchy.Replication.Rollup;

/// <summary>What the calls of all children share: where server statuses go, and the signal that the root has more.</summary>
/// <param name="receive">Takes server statuses; hands over and returns.</param>
/// <param name="stopping">Ends the calls, which would never end by themselves, when this server stops.</param>
public sealed class RollupInbox(Action<ServerStatuses> receive, CancellationToken stopping)
{
    internal CancellationToken Stopping => stopping;

    /// <summary>How the servers are that this one knows of, and a number that changes with it: children are told, for their locators. Null: they are told nothing.</summary>
    public Func<(int Version, IReadOnlyList<ServerSummary> Servers)>? Servers { get; init; }

    /// <summary>Paces that.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    private TaskCompletionSource _rooted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the root has more than when it was taken.</summary>
    public Task NextRooted => Volatile.Read(ref _rooted).Task;

    /// <summary>The root has more of this server's outbox.</summary>
    public void OnRooted() =>
        Interlocked.Exchange(ref _rooted, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private readonly Lock _lock = new(); // guards the two below
    private IReadOnlyList<VerificationQuestion> _questions = [];
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Asks every server below, those that are connected and those that come; children pass it on.</summary>
    public void Ask(Guid verification, IReadOnlyCollection<Guid> servers)
    {
        TaskCompletionSource asked;
        lock (_lock)
        {
            _questions = [.. _questions, new VerificationQuestion(verification, servers)];
            asked = _asked;
            _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        asked.TrySetResult();
    }

    /// <summary>Nobody is asked any more who comes from now on.</summary>
    public void Forget(Guid verification)
    {
        lock (_lock) _questions = _questions.Where(question => question.Id != verification).ToArray();
    }

    internal (IReadOnlyList<VerificationQuestion> Questions, Task Next) Questions
    {
        get
        {
            lock (_lock) return (_questions, _asked.Task);
        }
    }

    internal void Receive(ServerStatuses statuses) => receive(statuses);
}
