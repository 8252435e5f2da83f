using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Roles;

/// <summary>Holds the view that is served and tells when there is a newer one. Written by the role alone; read by everyone, without a lock.</summary>
internal sealed class ViewPublisher
{
    private volatile Published _current = new(ServedView.Empty, Checkpoint: null);

    /// <summary>The newest state.</summary>
    public Published Current => _current;

    /// <summary>The newest view.</summary>
    public ServedView View => _current.View;

    /// <summary>Swaps the view. The checkpoint is the state's own.</summary>
    public void Publish(ServedView view, Checkpoint checkpoint)
    {
        var before = _current;
        _current = new Published(view, checkpoint);
        before.Superseded.TrySetResult();
    }

    /// <summary>Waits until the view shows the sequence.</summary>
    public async Task WaitForAsync(long sequence, CancellationToken cancellationToken)
    {
        for (var current = _current; current.View.Head.Position.Sequence < sequence; current = _current)
            await current.Superseded.Task.WaitAsync(cancellationToken);
    }

    /// <summary>A view, the checkpoint that it equals (null before the first), and a task that ends when a newer one is there.</summary>
    internal sealed record Published(ServedView View, Checkpoint? Checkpoint)
    {
        /// <summary>Completed when this is no longer the newest.</summary>
        public TaskCompletionSource Superseded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
