using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Roles;

/// <summary>Holds the view that is served and tells when there is a newer one. Written by the role alone; read by everyone, without a lock.</summary>
internal sealed class ViewPublisher
{
    private volatile Published _current = new(ServedView.Empty, Checkpoint: null);
    private volatile string? _withheld;

    /// <summary>The newest state.</summary>
    public Published Current => _current;

    /// <summary>The newest view.</summary>
    public ServedView View => _current.View;

    /// <summary>Why a state that is there is not served: its rows are not what its checkpoint says. Null when it is not so.</summary>
    public string? Withheld => _withheld;

    /// <summary>What is in storage is not to be served, for this reason; whatever is served already goes on. The next state that is published ends it.</summary>
    public void Withhold(string reason) => _withheld = reason;

    /// <summary>Swaps the view. The checkpoints are those of the states that it is made of.</summary>
    public void Publish(ServedView view, Checkpoint checkpoint, Checkpoint? overlay = null)
    {
        var before = _current;
        _withheld = null;
        _current = new Published(view, checkpoint, overlay);
        before.Superseded.TrySetResult();
    }

    /// <summary>Waits until the view shows the sequence of the tree's log.</summary>
    public async Task WaitForAsync(long sequence, CancellationToken cancellationToken)
    {
        for (var current = _current; current.View.Head.Position.Sequence < sequence; current = _current)
            await current.Superseded.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until the view shows the position, of whichever of its logs.</summary>
    public async Task WaitForAsync(Position position, CancellationToken cancellationToken)
    {
        for (var current = _current; !Shows(current.View, position); current = _current)
            await current.Superseded.Task.WaitAsync(cancellationToken);
    }

    private static bool Shows(ServedView view, Position position)
    {
        var shown = view.Overlay?.Position is { } overlay && overlay.Log == position.Log ? overlay : view.Head.Position;
        return shown.Log == position.Log && shown.Sequence >= position.Sequence;
    }

    /// <summary>A view, the checkpoints that it equals (null before the first; of the overlay, null where there is none), and a task that ends when a newer one is there.</summary>
    internal sealed record Published(ServedView View, Checkpoint? Checkpoint, Checkpoint? Overlay = null)
    {
        /// <summary>Completed when this is no longer the newest.</summary>
        public TaskCompletionSource Superseded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
