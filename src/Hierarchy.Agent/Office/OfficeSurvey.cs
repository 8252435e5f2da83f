using Hierarchy.Domain.Office;

namespace Hierarchy.Agent.Office;

/// <summary>What is known of Office and of the users of this computer at one moment.</summary>
/// <param name="Report">The copies.</param>
/// <param name="Users">The users.</param>
internal sealed record OfficeSurvey(OfficeReport Report, IReadOnlyList<OfficeUser> Users)
{
    /// <summary>Those of a name, and that are logged on.</summary>
    internal OfficeUsers Known { get; } = OfficeUsers.Of([.. Users]);

    /// <summary>The user of that name; one of whom nothing is known is not logged on.</summary>
    internal OfficeUser UserOf(string name) => Users.FirstOrDefault(user => string.Equals(user.Name, name, StringComparison.OrdinalIgnoreCase)) ?? new OfficeUser(name, IsLoggedOn: false);
}
