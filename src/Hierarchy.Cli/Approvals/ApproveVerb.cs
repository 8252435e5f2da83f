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

    private readonly Option<DateTimeOffset?> deadline;

    public ApproveVerb(TimeProvider time)
        : base(
            "approve", "Approve the latest revision of an update for a group and the groups nested in it.",
            "hierarchy approve KB5013943 --group Pilot", "hierarchy approve KB5013943 --group \"All Computers\" --deadline 2026-12-01T03:00:00Z",
            "hierarchy approve 266f6222 --group Pilot --deadline +12h", "hierarchy approve 266f6222 --group Tills --action not-approved")
    {
        action.AcceptOnlyFromAmong([.. Actions.Keys]);
        deadline = new Option<DateTimeOffset?>("--deadline")
        {
            Description = "Install by then even without the user: ISO 8601, or from now like +7d.",
            HelpName = "TIME",
            CustomParser = result =>
            {
                if (Deadline.TryParse(result.Tokens[0].Value, time.GetUtcNow(), out var value)) return value;
                result.AddError($"'{result.Tokens[0].Value}' is no deadline. {Deadline.Accepted}");
                return null;
            },
        };
        Add(update);
        Add(group);
        Add(action);
        Add(deadline);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var name = arguments.GetRequiredValue(group);
        var request = new ApproveRequest
        {
            Update = arguments.GetRequiredValue(update),
            Group = name,
            Action = Actions[arguments.GetRequiredValue(action)],
            Deadline = arguments.GetValue(deadline) is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            RequestedBy = session.User,
        };
        var response = await session.AskAsync(session.Admin.ApproveAsync, request);
        var approval = ApprovalDocument.From(name, response.Approval);
        var document = new ApprovedDocument(
            Wire.Guid(response.Approval.UpdateId), approval, response.Changed, Wire.Time(response.CommittedAt), PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(
            $"{(response.Changed ? "Decided" : "It was so before")}: {approval.Action.Replace('_', ' ')} {document.UpdateId} revision {approval.RevisionNumber} for {name}"
            + $"{(approval.Deadline is null ? "" : $" by {approval.Deadline}")} (cursor {document.Position})."));
    }
}
