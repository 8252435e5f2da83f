namespace Hierarchy.Server.Api;

/// <summary>Counts the agents whose stream of decisions is open here.</summary>
internal sealed class ConnectedClients
{
    private int _count;

    /// <summary>Now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>One more until what is returned is disposed.</summary>
    public IDisposable Enter()
    {
        Interlocked.Increment(ref _count);
        return new Stay(this);
    }

    private sealed class Stay(ConnectedClients clients) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref clients._count);
    }
}
