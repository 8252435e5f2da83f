using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Updates;

/// <summary>`updates superseded`: what others replace, and how far those are approved.</summary>
internal sealed class UpdatesSupersededVerb : Verb
{
    private const int MaxLimit = 1000;
    private const int DefaultLimit = 100;

    private readonly Option<bool> approved = new("--approved") { Description = "Only what is approved for a group all the same." };
    private readonly Option<int> limit = new("--limit") { Description = $"Show at most so many, 1 to {MaxLimit}.", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };

    public UpdatesSupersededVerb()
        : base(
            "superseded", "List updates that others replace, with what is approved and needed of both.",
            "hierarchy updates superseded --approved", "hierarchy --output json updates superseded --approved --limit 1000 | jq '.updates[] | select(.needed == 0) | .update.title'")
    {
        limit.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is < 1 or > MaxLimit) result.AddError($"--limit takes 1 to {MaxLimit}.");
        });
        Add(approved);
        Add(limit);
    }

    public override IReadOnlyList<string> Details =>
    [
        "An update is superseded when the latest revision of one that is neither declined nor withdrawn names it. NEEDED counts computers that need it, have downloaded it, or failed to install it.",
        "`hierarchy rules declines` declines superseded updates by rule.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new ListSupersededUpdatesRequest { ApprovedOnly = arguments.GetValue(approved), Limit = arguments.GetValue(limit) };
        var response = await session.AskAsync(new RuleService.RuleServiceClient(session.Channel).ListSupersededUpdatesAsync, request);
        var document = new SupersededListDocument([.. response.Updates.Select(SupersededUpdateBody.From)], response.Total);
        return session.Output.Write(document, console =>
        {
            if (document.Updates.Count == 0)
            {
                console.WriteLine(request.ApprovedOnly ? "Nothing that is superseded is approved." : "Nothing is superseded.");
                return;
            }

            var table = session.Output.Table("UPDATE", "TITLE", "APPROVED FOR", "NEEDED", "SUPERSEDED BY", "ITS APPROVALS", "ITS NEEDED");
            foreach (var update in document.Updates)
                foreach (var (by, isFirst) in update.SupersededBy.Select((by, index) => (by, index == 0)))
                    table.AddTextRow(
                        isFirst ? update.Update.UpdateId : "", isFirst ? update.Update.Title : "", isFirst ? string.Join(", ", update.Update.ApprovedFor) : "", isFirst ? Human.Count(update.Needed) : "",
                        by.Last ? by.Update.Title : $"{by.Update.Title} (superseded too)", by.Update.ApprovedFor.Count == 0 ? "none" : string.Join(", ", by.Update.ApprovedFor), Human.Count(by.Needed));
            console.Write(table);
            console.WriteLine(document.Updates.Count < document.Total ? $"{Human.Count(document.Updates.Count)} of {Human.Count(document.Total)}; --limit N shows more." : $"{Human.Count(document.Total)} superseded.");
        });
    }
}
