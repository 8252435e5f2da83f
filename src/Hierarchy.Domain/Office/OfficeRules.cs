using Hierarchy.Domain.Policies;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Office;

/// <summary>
/// Who gets an update of Office, from "Approving Office Updates" (Cc720493) and "Office Update Approval" (Cc720471): not what comes from an updated administrative installation point (XP and 2003 only), copies
/// of users as the policy says, Click-to-Run never, and nothing for ever that is wanted again right after it was installed (KB 903775).
/// </summary>
public static class OfficeRules
{
    /// <summary>Installations of one update after which it is held when it is still wanted.</summary>
    public const int MostTries = 2;

    /// <summary>
    /// One verdict for the computer, where copies of the computer are concerned, and one for each user whose copy is; none for what is no update of Office, or of no Office that is there: then the update's own
    /// rules decide alone.
    /// </summary>
    /// <param name="products">What the update is for (<see cref="OfficeProduct.Of"/>).</param>
    /// <param name="installations">What is on the computer.</param>
    /// <param name="policy">What was decided for it.</param>
    /// <param name="users">Who uses it.</param>
    /// <param name="triesOf">How often the update was installed with success and still wanted, for that user (empty: the computer), since revision, source and copies are what they are.</param>
    public static IReadOnlyList<OfficeVerdict> Judge(
        IReadOnlyList<OfficeProduct> products, IReadOnlyList<OfficeInstallation> installations, OfficePolicy policy, OfficeUsers users, Func<string, int> triesOf)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(installations);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(triesOf);
        var concerned = installations.Where(installation => products.Any(product => product.IsOf(installation))).ToArray();
        if (concerned.Length == 0) return [];
        var serviced = concerned.Where(installation => installation.Line != OfficeProductLine.ClickToRun).ToArray();
        if (serviced.Length == 0) return [new OfficeVerdict("", HoldReason.ClickToRun, concerned)];

        var shared = serviced.Where(installation => installation.User.Length == 0).ToArray();
        var isLicencedPerUser = policy.Licence == OfficeLicence.PerUser;
        var verdicts = new List<OfficeVerdict>();
        if (shared.Length > 0 && !isLicencedPerUser) verdicts.Add(new OfficeVerdict("", HoldOf(shared), shared));

        foreach (var user in UsersOf(serviced, users, isLicencedPerUser && shared.Length > 0))
        {
            var copies = serviced.Where(installation => Is(installation.User, user) || (isLicencedPerUser && installation.User.Length == 0)).ToArray();
            verdicts.Add(new OfficeVerdict(user, HoldOf(copies, user), copies));
        }

        // Licensed for users of whom none is known: nobody to install it for, and not nothing to say.
        if (verdicts.Count == 0) verdicts.Add(new OfficeVerdict("", HoldOf(shared, user: ""), shared));
        return verdicts;

        HoldReason HoldOf(OfficeInstallation[] copies, string? user = null)
        {
            if (copies.Any(copy => copy.IsFromUpdatedInstallPoint)) return HoldReason.UpdatedInstallPoint;
            if (user is not null && policy.PerUser == PerUserOffice.Never) return HoldReason.PerUserNever;
            if (user is not null && !users.LoggedOn.Contains(user)) return HoldReason.UserNotLoggedOn;
            if (triesOf(user ?? "") < MostTries) return HoldReason.None;
            return IsMixed(serviced) ? HoldReason.StillWantedMixed : HoldReason.StillWanted;
        }
    }

    /// <summary>
    /// True where a copy of a user and a copy of the computer of one generation stand side by side: an update changes the user's alone, and is wanted again because of the other (KB 903775).
    /// </summary>
    public static bool IsMixed(IEnumerable<OfficeInstallation> installations)
    {
        ArgumentNullException.ThrowIfNull(installations);
        return installations.Where(installation => installation.Line != OfficeProductLine.ClickToRun)
            .GroupBy(installation => (installation.Line, installation.Version))
            .Any(line => line.Any(copy => copy.User.Length > 0) && line.Any(copy => copy.User.Length == 0));
    }

    private static IEnumerable<string> UsersOf(OfficeInstallation[] serviced, OfficeUsers users, bool isEveryUser)
    {
        var owners = serviced.Select(installation => installation.User).Where(user => user.Length > 0);
        return (isEveryUser ? owners.Concat(users.All) : owners).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);
    }

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
