namespace Hierarchy.Content.Transfer;

/// <summary>
/// Lets a bounded number of transfers move bytes at a time: those that clients wait for first, each kind in order of arrival.
/// What is fetched ahead leaves one place free (where there is more than one), so that a client never waits behind a whole cumulative update.
/// </summary>
internal sealed class TransferGate(int places)
{
    /// <summary>Guards everything below, and the priorities while they are compared.</summary>
    private readonly Lock _lock = new();

    private readonly LinkedList<Ticket> _queue = [];
    private readonly int _placesAhead = Math.Max(1, places - 1);
    private int _taken;
    private int _takenAhead;

    /// <summary>Waits for a place; disposing the answer gives it back.</summary>
    public async Task<IDisposable> EnterAsync(Func<TransferPriority> priority, CancellationToken cancellationToken)
    {
        var ticket = new Ticket(this, priority);
        lock (_lock) _queue.AddLast(ticket);
        Admit();
        await using var cancellation = cancellationToken.UnsafeRegister(static state => ((Ticket)state!).Cancel(), ticket);
        await ticket.Admitted.Task;
        return ticket;
    }

    /// <summary>Looks whether someone may enter: after a place was given back or a priority rose.</summary>
    public void Admit()
    {
        lock (_lock)
        {
            while (_taken < places && Next() is { } ticket)
            {
                _queue.Remove(ticket);
                _taken++;
                ticket.IsAhead = ticket.Priority() == TransferPriority.Ahead;
                if (ticket.IsAhead) _takenAhead++;
                ticket.Admitted.SetResult();
            }
        }
    }

    private Ticket? Next() =>
        _queue.FirstOrDefault(ticket => ticket.Priority() == TransferPriority.OnDemand) ?? (_takenAhead < _placesAhead ? _queue.First?.Value : null);

    private void Leave(Ticket ticket)
    {
        lock (_lock)
        {
            _taken--;
            if (ticket.IsAhead) _takenAhead--;
        }

        Admit();
    }

    private sealed class Ticket(TransferGate gate, Func<TransferPriority> priority) : IDisposable
    {
        private int _isLeft;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<TransferPriority> Priority { get; } = priority;

        public bool IsAhead { get; set; }

        public void Cancel()
        {
            lock (gate._lock)
            {
                if (gate._queue.Remove(this)) Admitted.SetCanceled();
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0) gate.Leave(this);
        }
    }
}
