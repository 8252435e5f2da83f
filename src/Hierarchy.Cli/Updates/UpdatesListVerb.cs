using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Spectre.Console;

namespace Hierarchy.Cli.Updates;

/// <summary>`updates list`: the catalog's updates that fit.</summary>
internal sealed class UpdatesListVerb : Verb
{
    private const int PageSize = 1000;
    private const int DefaultLimit = 100;

    private readonly UpdateFilter filter;
    private readonly Option<int> limit = new("--limit")
    {
        Description = "Show at most so many; 0 for every one.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultLimit,
    };

    public UpdatesListVerb(TimeProvider time)
        : base(
            "list", "Find updates, and show what is decided about them and what computers say.",
            "hierarchy updates list --text KB5013943", "hierarchy updates list --view needed", "hierarchy updates list --product Windows --severity critical --approval not-approved --since 30d",
            "hierarchy updates list --status failed --group Pilot --approval install", "hierarchy updates list --cve CVE-2024-21412",
            "hierarchy --output json updates list --limit 0 | jq '.updates[].title'")
    {
        filter = new UpdateFilter(time);
        limit.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() >= 0) return;
            result.AddError("--limit takes 0 or a positive number.");
        });
        foreach (var option in filter.Options) Add(option);
        Add(limit);
    }

    public override IReadOnlyList<string> Details =>
    [
        "Conditions add up; of several values of one, any will do. --text looks into titles, KB numbers, bulletins and CVEs.",
        "A view is a name for some conditions; what is said beside it goes before what it says.",
        "Updates that were taken by a version before this one name no CVE until they are revised.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var wanted = arguments.GetValue(limit) is > 0 and var some ? some : int.MaxValue;
        var request = filter.Read(arguments);
        var updates = new List<UpdateDocument>();
        var total = 0;
        var page = "";
        do
        {
            (request.PageSize, request.PageToken) = (Math.Min(wanted - updates.Count, PageSize), page);
            var response = await session.AskAsync(session.Admin.ListUpdatesAsync, request);
            updates.AddRange(response.Updates.Select(UpdateDocument.From));
            total = response.Total;
            page = response.NextPageToken;
        }
        while (page.Length > 0 && updates.Count < wanted);

        return session.Output.Write(new UpdateListDocument(updates, total), console =>
        {
            var table = session.Output.Table("UPDATE", "KB", "TYPE", "TITLE", "DECISION", "COMPUTERS");
            foreach (var update in updates)
                table.AddTextRow(
                    update.UpdateId, string.Join(' ', update.KnowledgeBaseArticles.Select(number => $"KB{number}")), update.Type, update.Title, Decision(update), Spread(update));
            console.Write(table);
            console.WriteLine(updates.Count < total
                ? $"{Human.Count(updates.Count)} of {Human.Count(total)} updates; --limit 0 shows all."
                : $"{Human.Count(total)} updates.");
        });
    }

    // What an administrator looks for: where it is missing, and where it went wrong.
    private static string Spread(UpdateDocument update)
    {
        int Sum(params string[] states) => states.Sum(state => update.States.GetValueOrDefault(state));
        var (installed, needed, failed) = (Sum("installed", "installed_pending_reboot"), Sum("not_installed", "downloaded"), Sum("failed"));
        return string.Join(", ", new[] { (installed, "installed"), (needed, "needed"), (failed, "failed") }.Where(part => part.Item1 > 0).Select(part => $"{Human.Count(part.Item1)} {part.Item2}"));
    }

    private static string Decision(UpdateDocument update)
    {
        if (update.Declined) return "declined";
        var approvals = string.Join(", ", update.Approvals.Select(approval => $"{approval.Group}: {approval.Action.Replace('_', ' ')}"));
        return update.Expired ? $"expired {approvals}".TrimEnd() : approvals;
    }
}
