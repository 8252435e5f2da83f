namespace Hierarchy.Domain.Policies;

/// <summary>How Office is licensed. No computer can read it from itself, so it is declared per group.</summary>
public enum OfficeLicence
{
    /// <summary>For the computer, whoever uses it.</summary>
    PerDevice = 1,

    /// <summary>For a user, on whatever computer: treated as a copy of that user.</summary>
    PerUser = 2,
}
