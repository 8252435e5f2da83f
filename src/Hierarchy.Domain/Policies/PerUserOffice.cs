namespace Hierarchy.Domain.Policies;

/// <summary>Whether copies of Office that belong to one user are updated. Microsoft's own texts disagree, so it is decided per group.</summary>
public enum PerUserOffice
{
    /// <summary>Not at all, as "Office Update Approval" (Cc720471) says.</summary>
    Never = 1,

    /// <summary>Each user's copy separately, and only while that user is logged on, as "Approving Office Updates" (Cc720493) says.</summary>
    AtLogon = 2,
}
