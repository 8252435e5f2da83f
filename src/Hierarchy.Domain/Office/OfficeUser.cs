namespace Hierarchy.Domain.Office;

/// <summary>A user of a computer.</summary>
/// <param name="Name">The SID, or a name where there is none.</param>
/// <param name="IsLoggedOn">Whether the user is logged on now.</param>
/// <param name="Profile">The folder of the profile; empty where it is not known.</param>
public sealed record OfficeUser(string Name, bool IsLoggedOn, string Profile = "");
