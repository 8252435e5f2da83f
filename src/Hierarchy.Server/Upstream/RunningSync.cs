using Google.Protobuf.WellKnownTypes;
using Hierarchy.Protocol.Admin.V1;
using SyncProgress = Hierarchy.WindowsUpdate.Upstream.SyncProgress;
using SyncPhase = Hierarchy.WindowsUpdate.Upstream.SyncPhase;

namespace Hierarchy.Server.Upstream;

/// <summary>One synchronization, as its watchers see it.</summary>
internal sealed class RunningSync : IProgress<SyncProgress>, IDisposable
{
    private readonly ProgressRate _rate;
    private readonly CancellationTokenSource _cancellation;
    private volatile State _state = new(new SyncProgress(SyncPhase.Authorizing, 0, 0, 0, 0, 0), Rate: 0, IsFinished: false);
    private volatile string? _cancelledBy;

    /// <summary>One that begins now and stops with the server.</summary>
    public RunningSync(SyncRequest request, TimeProvider time, CancellationToken stopping)
    {
        Request = request;
        _rate = new ProgressRate(time);
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Cancellation = _cancellation.Token;
        Summary = new SyncRun { StartedAt = time.GetUtcNow().ToTimestamp(), Reason = request.Reason, RequestedBy = request.RequestedBy, Outcome = SyncOutcome.Running };
        Summary.Imported.Add(request.Imports.Select(Replication.Wire.Positions.Id));
    }

    /// <summary>What it is for.</summary>
    public SyncRequest Request { get; }

    /// <summary>For the history; complete when it is finished.</summary>
    public SyncRun Summary { get; }

    /// <summary>Ends when it has ended.</summary>
    public Task Completion { get; set; } = Task.CompletedTask;

    /// <summary>The server stops, or somebody stopped this one.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Who stopped it; null for nobody.</summary>
    public string? CancelledBy => _cancelledBy;

    public bool IsFinished => _state.IsFinished;

    /// <summary>The newest state.</summary>
    public State Now => _state;

    public void Report(SyncProgress value) => Swap(new State(value, _rate.Note(value.Phase, value.Done), IsFinished: false));

    /// <summary>Stops it; what was stored stays.</summary>
    public void Cancel(string requestedBy)
    {
        _cancelledBy ??= requestedBy;
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended, and another has begun, meanwhile.
        }
    }

    public void Finish() => Swap(new State(_state.Progress, Rate: 0, IsFinished: true));

    public void Dispose() => _cancellation.Dispose();

    private void Swap(State next)
    {
        var before = _state;
        _state = next;
        before.Superseded.TrySetResult();
    }

    /// <summary>How far it is, and a task that ends when that is out of date.</summary>
    internal sealed record State(SyncProgress Progress, double Rate, bool IsFinished)
    {
        public TaskCompletionSource Superseded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
