namespace Hierarchy.Server.Succession;

/// <summary>Lets the server put itself together anew, in the same process and on the same addresses: after its role has changed.</summary>
internal sealed class StartAgain(IHostApplicationLifetime lifetime)
{
    private volatile bool _isWanted;

    /// <summary>This stop is not the end.</summary>
    public bool IsWanted => _isWanted;

    /// <summary>Stops this host; calls in flight are answered first.</summary>
    public void Request()
    {
        _isWanted = true;
        lifetime.StopApplication();
    }
}
