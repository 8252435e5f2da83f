namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>What a decline rule makes of a superseded update: that it goes, or the first reason why it stays.</summary>
public enum DeclineVerdict
{
    /// <summary>No live update replaces it, or it is no update that is approved by itself: no rule is about it.</summary>
    NotMeant = 0,

    /// <summary>It is declined.</summary>
    Decline = 1,

    /// <summary>It has not been here long enough, or nobody knows since when it has.</summary>
    TooYoung = 2,

    /// <summary>A computer needs it, has downloaded it, or failed to install it.</summary>
    Needed = 3,

    /// <summary>What replaces it is not approved wherever it is approved itself.</summary>
    NotReplaced = 4,

    /// <summary>It is to be uninstalled somewhere: declined, it would stay.</summary>
    BeingUninstalled = 5,

    /// <summary>A live update brings it.</summary>
    Bundled = 6,
}
