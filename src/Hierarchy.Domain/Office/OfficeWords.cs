using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Office;

/// <summary>What people are told about Office: the rule, the page that it is from, and what to do.</summary>
public static class OfficeWords
{
    /// <summary>What is said of Office on a computer that has no agent.</summary>
    public const string NoAgent = "Office is not known: this computer has no agent, so the update's own rules decide.";

    /// <summary>What is said of Office where an agent could not look.</summary>
    public const string NotKnown = "Office is not known: the agent was not told of it (section 'office' of its facts), so the update's own rules decide.";

    /// <summary>Why an update is held, one sentence a line, remedies last; empty when nothing holds it.</summary>
    public static IReadOnlyList<string> Of(HoldReason hold, IReadOnlyCollection<OfficeInstallation> installations)
    {
        ArgumentNullException.ThrowIfNull(installations);
        return hold switch
        {
            HoldReason.None => [],
            HoldReason.UpdatedInstallPoint => InstallPoint(installations),
            HoldReason.PerUserNever =>
            [
                "This Office belongs to a user (by its installation or by the declared licence), and such copies are not updated (\"Office Update Approval\", Cc720471).",
                "Remedy: decide that users' copies are updated while the user is logged on (hierarchy policy set --office-per-user at-logon), or install Office for the computer.",
            ],
            HoldReason.UserNotLoggedOn =>
            [
                "This Office belongs to a user who is not logged on; each user's copy is updated only while that user is (\"Approving Office Updates\", Cc720493).",
                "Remedy: none is needed; it is installed when the user logs on.",
            ],
            HoldReason.StillWanted =>
            [
                "It was installed twice with success and was wanted again each time, so it is not offered for ever.",
                "Remedy: look at the installer's log on the computer; it is offered again with a new revision, or when the copies of Office or their sources change.",
            ],
            HoldReason.StillWantedMixed =>
            [
                "It was installed twice with success and was wanted again each time: a user's copy and the computer's copy of Office stand side by side, and an update changes the user's alone (KB 903775).",
                "Remedy: remove one of the two copies; it is offered again when they change, or with a new revision.",
            ],
            HoldReason.ClickToRun =>
            [
                "This is Click-to-Run Office, which is not serviced by this system: it says nothing of whether it is up to date.",
                "Remedy: update it by its own channel.",
            ],
            _ => [$"The computer holds it for reason {(int)hold}, which this version does not know. Update this server."],
        };
    }

    /// <summary>What is worth knowing of the copies together: sources that nothing tells of, copies side by side, what is not serviced.</summary>
    public static IReadOnlyList<string> Warnings(IReadOnlyCollection<OfficeInstallation> installations)
    {
        ArgumentNullException.ThrowIfNull(installations);
        var warnings = new List<string>();
        if (installations.Any(installation => installation.IsSourceUncertain))
            warnings.Add("Nothing tells whether the source of Office XP or 2003 is an administrative installation point that was updated: updates are offered, and fail if it is (KB 903773).");
        if (OfficeRules.IsMixed(installations))
            warnings.Add("A user's copy and the computer's copy of Office stand side by side: an update that is wanted again after two installations is held (KB 903775).");
        if (installations.Any(installation => installation.Line == OfficeProductLine.ClickToRun))
            warnings.Add("Click-to-Run Office is not serviced by this system.");
        return warnings;
    }

    /// <summary>The copy in a few words, e.g. `Office 2003, administrative installation point (updated), user S-1-5-…`.</summary>
    public static string Describe(OfficeInstallation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        var source = (installation.SourceKind, installation.SourceState) switch
        {
            _ when !installation.HasInstallPointRule => "",
            (OfficeSourceKind.Media, _) => ", from media",
            (OfficeSourceKind.AdministrativeInstallPoint, var state) => $", administrative installation point ({Name(state)})",
            _ => ", source unknown",
        };
        return $"{Name(installation)}{source}, {(installation.User.Length == 0 ? "for the computer" : $"of user {installation.User}")}";
    }

    /// <summary>The generation, with what it is called where that is not clear.</summary>
    public static string Name(OfficeInstallation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return installation.Line switch
        {
            OfficeProductLine.Xp2002 => "Office XP",
            OfficeProductLine.Office2003 => "Office 2003",
            OfficeProductLine.Office2007 => "Office 2007",
            OfficeProductLine.Later => installation.Version.Length == 0 ? "Office 2010 or later" : $"Office {installation.Version}",
            OfficeProductLine.ClickToRun => $"Click-to-Run Office {installation.Version}".TrimEnd(),
            _ => "Office of an unknown line",
        };
    }

    /// <summary>The state of a source, in words.</summary>
    public static string Name(OfficeSourceState state) => state switch
    {
        OfficeSourceState.Baseline => "baseline",
        OfficeSourceState.Sp2OrLater => "SP2 or later",
        OfficeSourceState.Updated => "updated",
        _ => "unknown state",
    };

    private static string[] InstallPoint(IReadOnlyCollection<OfficeInstallation> installations)
    {
        var copy = installations.FirstOrDefault(installation => installation.IsFromUpdatedInstallPoint);
        var name = copy is null ? "Office XP or 2003" : Name(copy);
        string[] general =
        [
            $"{name} here comes from an administrative installation point that was updated; updating that and updating from here exclude each other (\"Office Update Approval\", Cc720471; KB 903773).",
            "Remedy: go on patching the installation point, and let computers reinstall from it with recaching.",
            $"Remedy: take the computer's source back to an original baseline (KB {(copy?.Line == OfficeProductLine.Xp2002 ? "922665" : "902349")}).",
        ];
        return copy?.Line == OfficeProductLine.Xp2002 ? general : [.. general, "Remedy: bring the installation point to Office 2003 SP2, and let computers reinstall from it with recaching (KB 902349)."];
    }
}
