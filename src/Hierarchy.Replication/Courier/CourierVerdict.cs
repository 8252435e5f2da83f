namespace Hierarchy.Replication.Courier;

/// <summary>Whether a log file fits a server.</summary>
public enum CourierVerdict
{
    /// <summary>It leads on from where the server stands.</summary>
    Fits = 1,

    /// <summary>The server stands where it leads.</summary>
    AlreadyThere = 2,

    /// <summary>It does not fit; nothing changes.</summary>
    Refused = 3,
}
