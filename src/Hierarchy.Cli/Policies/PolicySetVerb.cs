using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Policies;

/// <summary>`policy set`: decides how computers of a group behave.</summary>
internal sealed class PolicySetVerb : Verb
{
    private static readonly string[] Switch = [PolicyText.On, PolicyText.Off];

    private readonly Option<string> group = new("--group") { Description = "The group; All Computers for everybody.", HelpName = "NAME", Required = true };
    private readonly Option<int?> auOptions = new("--au-options")
    {
        Description = "What is done without a user: 2 nothing, 3 downloads, 4 installs at the scheduled time, 5 what the computer's own settings say, 7 downloads and asks before installing and before restarting.",
        HelpName = "2|3|4|5|7",
    };
    private readonly Option<string?> schedule = new("--schedule") { Description = $"When 4 installs, by each computer's clock: {PolicyText.Schedules}.", HelpName = "DAY HH:00" };
    private readonly Option<string?> detect = new("--detect-every") { Description = "How often everything is looked at anew, 1h to 22h; each time at random in 80-100 % of it.", HelpName = "HOURS" };
    private readonly Option<string?> noReboot = Choice("--no-reboot-with-users", "Where a user is logged on, a scheduled installation does not restart the computer.", Switch);
    private readonly Option<string?> always = new("--always-reboot") { Description = "Restart that long after an installation even with users, 15m to 180m; off.", HelpName = "MINUTES" };
    private readonly Option<string?> warning = new("--reboot-warning") { Description = "How long before a scheduled restart users are warned, 1m to 30m.", HelpName = "MINUTES" };
    private readonly Option<string?> reminder = new("--reboot-reminder") { Description = "How long after a restart was postponed it is asked for again, 1m to 1440m.", HelpName = "MINUTES" };
    private readonly Option<string?> minor = Choice("--install-minor", "What interrupts nobody is installed at once, whatever the schedule.", Switch);
    private readonly Option<string?> tell = Choice("--tell-non-admins", "Users that are no administrators are told of updates.", Switch);
    private readonly Option<string?> block = Choice("--block-users", "Users cannot use Windows Update.", Switch);
    private readonly Option<string?> recommended = Choice("--include-recommended", "Recommended updates are treated as important ones.", Switch);
    private readonly Option<string?> alternate = new("--alternate-server") { Description = "Where files are fetched instead of from the server; none.", HelpName = "URL" };
    private readonly Option<string?> perUser = Choice("--office-per-user", "Whether copies of Office of one user are updated: each separately while that user is logged on, or never.", "never", "at-logon");
    private readonly Option<string?> licence = Choice("--office-licence", "How Office is licensed; computers cannot read it.", "per-device", "per-user");
    private readonly Option<string?> officeOnline = Choice("--block-office-online", "Users do not fetch updates of Office by themselves.", Switch);
    private readonly Option<string[]> clear = new("--clear") { Description = "Takes a decision back, so that the group above says it. May be repeated.", HelpName = "FIELD" };
    private readonly Option<bool> whatIf = new("--what-if") { Description = "Only say for how many computers something else would hold." };

    public PolicySetVerb()
        : base(
            "set", "Decide how computers of a group behave; what is not named stays as it is.",
            "hierarchy policy set --group Servers --au-options 4 --schedule \"sunday 03:00\" --detect-every 4h",
            "hierarchy policy set --group Desktops --au-options 7 --no-reboot-with-users on",
            "hierarchy policy set --group \"All Computers\" --block-office-online on --office-per-user at-logon",
            "hierarchy policy set --group Pilot --clear schedule --what-if")
    {
        clear.AcceptOnlyFromAmong(PolicyText.Fields);
        Check(schedule, text => PolicyText.TryParseSchedule(text, out _), PolicyText.Schedules);
        Check(detect, text => PolicyText.TryParse(text, 'h', out _), "whole hours, like 4h");
        Check(always, text => text == PolicyText.Off || PolicyText.TryParse(text, 'm', out _), "whole minutes, like 15m, or off");
        Check(warning, text => PolicyText.TryParse(text, 'm', out _), "whole minutes, like 5m");
        Check(reminder, text => PolicyText.TryParse(text, 'm', out _), "whole minutes, like 30m");
        foreach (var option in new System.CommandLine.Option[]
        {
            group, auOptions, schedule, detect, noReboot, always, warning, reminder, minor, tell, block, recommended, alternate, perUser, licence, officeOnline, clear, whatIf,
        })
            Add(option);
    }

    public override IReadOnlyList<string> Details =>
    [
        "A computer goes by the deepest of its groups that says something, field by field, All Computers last; at equal depth a fixed rule of each field decides, so that the order of groups never matters.",
        "`policy show --computer NAME` says what holds, and which group says so. Where no group says --au-options, our agent installs at once what it finds.",
        "A deadline is kept whatever the policy says: from then on the update is installed, or removed, at the next contact. The policy reaches agents within seconds; for Windows' own client there is `policy export`.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var isWhatIf = arguments.GetValue(whatIf);
        var request = new SetPolicyRequest { Group = arguments.GetRequiredValue(group), Policy = Read(arguments), RequestedBy = session.User, WhatIf = isWhatIf };
        request.Clear.Add((arguments.GetValue(clear) ?? []).Distinct());
        if (request.Policy.Equals(new ClientPolicy()) && request.Clear.Count == 0)
            throw new CommandFailedException("usage", "Nothing is to be changed: give at least one field.", "hierarchy policy set --help", ExitCode.Usage);
        return Write(session, await session.AskAsync(new PolicyService.PolicyServiceClient(session.Channel).SetPolicyAsync, request), isWhatIf);
    }

    internal static int Write(Session session, SetPolicyResponse response, bool isWhatIf)
    {
        var document = PolicySetDocument.From(response, isWhatIf);
        return session.Output.Write(document, console =>
        {
            if (!response.Changed)
            {
                console.WriteLine("It is decided so already.");
                return;
            }

            console.WriteLine($"{document.Group}: {(document.Values.Count == 0 ? "nothing decided" : string.Join(", ", document.Values.Select(value => $"{value.Field} {value.Value}")))}{(isWhatIf ? "" : $" (cursor {document.Position})")}");
            console.WriteLine($"Something else {(isWhatIf ? "would hold" : "holds")} for {Human.Count(document.Computers)} of the computers that this server knows.{(isWhatIf ? " Nothing was done." : "")}");
        });
    }

    private ClientPolicy Read(ParseResult arguments)
    {
        var policy = new ClientPolicy
        {
            AutomaticUpdates = (AutomaticUpdates)(arguments.GetValue(auOptions) ?? 0),
            PerUserOffice = arguments.GetValue(perUser) switch { "never" => PerUserOffice.Never, "at-logon" => PerUserOffice.AtLogon, _ => PerUserOffice.Unspecified },
            OfficeLicence = arguments.GetValue(licence) switch { "per-device" => OfficeLicence.PerDevice, "per-user" => OfficeLicence.PerUser, _ => OfficeLicence.Unspecified },
        };
        if (arguments.GetValue(schedule) is { } scheduleText && PolicyText.TryParseSchedule(scheduleText, out var read)) policy.Schedule = read;
        if (Count(detect, 'h') is { } hours) policy.DetectionHours = hours;
        if (arguments.GetValue(always) == PolicyText.Off) policy.AlwaysRestartMinutes = 0;
        else if (Count(always, 'm') is { } minutes) policy.AlwaysRestartMinutes = minutes;
        if (Count(warning, 'm') is { } warned) policy.RestartWarningMinutes = warned;
        if (Count(reminder, 'm') is { } reminded) policy.RestartReminderMinutes = reminded;
        if (On(noReboot) is { } noRestart) policy.NoRestartWithUsers = noRestart;
        if (On(minor) is { } atOnce) policy.InstallMinorAtOnce = atOnce;
        if (On(tell) is { } told) policy.TellNonAdministrators = told;
        if (On(block) is { } blocked) policy.BlockUserAccess = blocked;
        if (On(recommended) is { } included) policy.IncludeRecommended = included;
        if (On(officeOnline) is { } office) policy.BlockOfficeOnline = office;
        if (arguments.GetValue(alternate)?.Trim() is { } url) policy.AlternateDownloadServer = url == PolicyText.None ? "" : url;
        return policy;

        int? Count(Option<string?> option, char unit) => arguments.GetValue(option) is { } text && PolicyText.TryParse(text, unit, out var count) ? count : null;

        bool? On(Option<string?> option) => arguments.GetValue(option) is { } text ? text == PolicyText.On : null;
    }

    private static Option<string?> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', values) };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    private static void Check(Option<string?> option, Func<string, bool> accepts, string takes) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<string?>() is { } text && !accepts(text)) result.AddError($"{option.Name} takes {takes}, not '{text}'.");
    });
}
