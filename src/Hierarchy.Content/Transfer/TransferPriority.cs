namespace Hierarchy.Content.Transfer;

/// <summary>What goes first when more is to be fetched than may be at a time.</summary>
public enum TransferPriority
{
    /// <summary>Nobody waits for it yet.</summary>
    Ahead = 0,

    /// <summary>A client waits for it.</summary>
    OnDemand = 1,
}
