namespace Hierarchy.Domain.Sites;

/// <summary>
/// When a server counts as busy: two levels, so that one whose load moves about a single level does not drive its clients to and fro. Nothing finer than busy or not orders servers: it would undo the stable spread.
/// </summary>
public static class ServerLoad
{
    /// <summary>A server becomes busy at this share of its capacity.</summary>
    public const double BusyFrom = 0.9;

    /// <summary>A busy server is busy until its load falls below this share.</summary>
    public const double CalmBelow = 0.7;

    /// <summary>Whether a server is busy, after a new sample of its load.</summary>
    public static bool IsBusy(bool wasBusy, double load) => load >= (wasBusy ? CalmBelow : BusyFrom);
}
