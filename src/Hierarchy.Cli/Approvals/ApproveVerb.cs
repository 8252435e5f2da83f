using Hierarchy.Cli.Effects;
using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Updates;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Approvals;

/// <summary>`approve`: what computers of a group are to do with an update.</summary>
internal sealed class ApproveVerb : Verb
{
    private static readonly Dictionary<string, ApprovalAction> Actions = new()
    {
        ["install"] = ApprovalAction.Install,
        ["uninstall"] = ApprovalAction.Uninstall,
        ["not-approved"] = ApprovalAction.NotApproved,
        ["optional-install"] = ApprovalAction.OptionalInstall,
    };

    private readonly Argument<string> update = UpdateArgument.Create();
    private readonly Option<string> group = new("--group") { Description = "The target group, by name.", HelpName = "NAME", Required = true };
    private readonly Option<string> action = new("--action")
    {
        Description = "What its computers are to do: install, uninstall, not-approved (stops what a group above says), optional-install.",
        HelpName = "ACTION",
        DefaultValueFactory = _ => "install",
    };

    private readonly Option<bool> whatIf = WhatIf.Option();
    private readonly Option<Deadline?> deadline;
    private readonly Option<bool> floating = new("--floating") { Description = "The deadline is by the clock on each computer's wall, not in UTC." };
    private readonly Option<bool> children = new("--apply-to-children") { Description = "What was decided for groups below goes; without it they keep it." };
    private readonly Option<bool> parent = new("--same-as-parent") { Description = "Take the group's own decision away: it inherits again." };
    private readonly Option<bool> eula = new("--accept-eula") { Description = "Show the licences that it needs, and accept them for everyone." };

    public ApproveVerb(TimeProvider time)
        : base(
            "approve", "Approve the latest revision of an update for a group and the groups nested in it.",
            "hierarchy approve KB5013943 --group Pilot", "hierarchy approve KB5013943 --group \"All Computers\" --deadline 2026-12-01T03:00:00Z",
            "hierarchy approve 266f6222 --group Pilot --deadline +12h", "hierarchy approve 266f6222 --group Servers --deadline \"+7d 03:00\" --floating",
            "hierarchy approve 266f6222 --group Tills --action not-approved", "hierarchy approve 266f6222 --group Tills --same-as-parent",
            "hierarchy approve KB5013943 --group Pilot --what-if")
    {
        action.AcceptOnlyFromAmong([.. Actions.Keys]);
        deadline = new Option<Deadline?>("--deadline")
        {
            Description = "Install by then even without the user: ISO 8601 (UTC where it names no offset), from now like +7d, \"+7d 03:00\", or now. What is past means at the next contact.",
            HelpName = "TIME",
            CustomParser = result =>
            {
                if (Deadline.Parse(result.Tokens[0].Value, time.GetUtcNow()) is { } value) return value;
                result.AddError($"'{result.Tokens[0].Value}' is no deadline. {Deadline.Accepted}");
                return null;
            },
        };
        Add(update);
        foreach (var option in new System.CommandLine.Option[] { group, action, deadline, floating, children, parent, eula, whatIf }) Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(floating) && result.GetResult(deadline) is null) result.AddError("--floating says of --deadline by which clock it is: give a deadline too.");
            else if (result.GetValue(floating) && result.GetValue(deadline) is { IsTimeOfDay: false })
                result.AddError("This deadline is the same moment everywhere. With --floating give a time without an offset, like 2026-12-01T03:00 or \"+7d 03:00\".");
            if (result.GetValue(parent) && (result.GetValue(children) || result.GetResult(deadline) is not null || result.GetValue(eula) || result.GetResult(action) is { Implicit: false }))
                result.AddError("--same-as-parent takes the group's decision away: nothing else goes with it.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "A group inherits from the one that it is nested in, unless something was decided for itself.",
        "Of several groups of a computer the deepest counts; then install before uninstall, required before optional, a deadline before none, the earlier one.",
        "Refused: uninstalling what cannot be uninstalled; anything else of an update that its publisher withdrew; a deadline where the user may be asked;",
        "the opposite of what is approved for what it needs or brings; an update that is declined, or whose licence nobody accepted.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var name = arguments.GetRequiredValue(group);
        var request = new ApproveRequest
        {
            Update = arguments.GetRequiredValue(update),
            Group = name,
            Action = Actions[arguments.GetRequiredValue(action)],
            Deadline = arguments.GetValue(deadline) is { } time ? Timestamp.FromDateTimeOffset(time.Time) : null,
            DeadlineIsFloating = arguments.GetValue(floating),
            AcceptEula = arguments.GetValue(eula),
            Reach = arguments.GetValue(parent) ? ApprovalReach.SameAsParent : arguments.GetValue(children) ? ApprovalReach.ApplyToChildren : ApprovalReach.Unspecified,
            RequestedBy = session.User,
            WhatIf = arguments.GetValue(whatIf),
        };
        if (request.AcceptEula && !request.WhatIf && !session.Output.Json) await ShowEulasAsync(session, request.Update);
        var response = await session.AskAsync(session.Admin.ApproveAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "approve", response.Changed, response.Effects);
        var document = new ApprovedDocument(
            Wire.Guid((response.Approval ?? response.Inherited?.Record)?.UpdateId ?? Google.Protobuf.ByteString.Empty), response.Approval is { } own ? ApprovalDocument.From(name, own) : null, response.Changed,
            Wire.Time(response.CommittedAt), PositionDocument.From(response.Position))
        {
            Inherited = response.Inherited is { } inherited ? ApprovalDocument.From(inherited.Group, inherited.Record) : null,
            ApprovalsRemoved = response.ApprovalsRemoved,
            AcceptedEulas = [.. response.AcceptedEulas.Select(Wire.Guid)],
        };
        return session.Output.Write(document, console => console.WriteLine($"{(document.Changed ? "Decided" : "It was so before")}: {Words(document, request.Update, name)} (cursor {document.Position})."));
    }

    private static async Task ShowEulasAsync(Session session, string update)
    {
        var request = new ListEulasRequest { Update = update, NotAcceptedOnly = true, WithText = true };
        var eulas = await session.AskAsync(new ApprovalService.ApprovalServiceClient(session.Channel).ListEulasAsync, request);
        foreach (var each in eulas.Eulas) EulasListVerb.WriteText(session.Output.Text, each);
    }

    private static string Words(ApprovedDocument document, string update, string group)
    {
        var licences = document.AcceptedEulas.Count > 0 ? $"; {Count(document.AcceptedEulas.Count, "licence")} accepted" : "";
        if (document.Approval is not { } approval)
            return document.Inherited is { } inherited
                ? $"{group} inherits for {update} what {inherited.Group} says: {Words(inherited)}"
                : $"{update} is not approved for {group}: nothing above it says anything";
        var gone = document.ApprovalsRemoved > 0 ? $"; {Count(document.ApprovalsRemoved, "decision")} of groups below went" : "";
        return $"{Words(approval)} {document.UpdateId} revision {approval.RevisionNumber} for {group}{By(approval)}{gone}{licences}";
    }

    private static string Words(ApprovalDocument approval) => approval.Action.Replace('_', ' ');

    private static string By(ApprovalDocument approval) => approval.Deadline is null ? "" : $" by {approval.Deadline}{(approval.DeadlineIsFloating ? " by each computer's clock" : "")}";

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
