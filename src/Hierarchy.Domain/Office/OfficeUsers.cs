namespace Hierarchy.Domain.Office;

/// <summary>The users of a computer, by the names that installations bear.</summary>
/// <param name="All">Every one that has a profile there.</param>
/// <param name="LoggedOn">Those that are logged on now.</param>
public sealed record OfficeUsers(IReadOnlySet<string> All, IReadOnlySet<string> LoggedOn)
{
    /// <summary>Those users.</summary>
    public static OfficeUsers Of(IReadOnlyCollection<OfficeUser> users)
    {
        ArgumentNullException.ThrowIfNull(users);
        return new OfficeUsers(
            users.Select(user => user.Name).ToHashSet(StringComparer.OrdinalIgnoreCase), users.Where(user => user.IsLoggedOn).Select(user => user.Name).ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>None at all.</summary>
    public static OfficeUsers None { get; } = new(new HashSet<string>(StringComparer.OrdinalIgnoreCase), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
}
