using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Updates;

/// <summary>`updates list`: the catalog's updates, by title.</summary>
internal sealed class UpdatesListVerb : Verb
{
    private const int PageSize = 1000;
    private const int DefaultLimit = 100;

    private readonly Option<string> text = new("--text") { Description = "Only with this in the title, or with this KB number.", HelpName = "TEXT" };
    private readonly Option<bool> approved = new("--approved") { Description = "Only with an approval for any group." };
    private readonly Option<bool> all = new("--all") { Description = "Categories and detectoids too, not only what can be approved." };
    private readonly Option<int> limit = new("--limit")
    {
        Description = "Show at most so many; 0 for every one.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultLimit,
    };

    public UpdatesListVerb()
        : base(
            "list", "List updates by title, with what is decided about them.",
            "hierarchy updates list --text KB5013943", "hierarchy updates list --approved", "hierarchy --output json updates list --limit 0 | jq '.updates[].title'")
    {
        limit.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() >= 0) return;
            result.AddError("--limit takes 0 or a positive number.");
        });
        Add(text);
        Add(approved);
        Add(all);
        Add(limit);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var wanted = arguments.GetValue(limit) is > 0 and var some ? some : int.MaxValue;
        var updates = new List<UpdateDocument>();
        var total = 0;
        var page = "";
        do
        {
            var request = new ListUpdatesRequest
            {
                Text = arguments.GetValue(text) ?? "",
                ApprovedOnly = arguments.GetValue(approved),
                IncludeAll = arguments.GetValue(all),
                PageSize = Math.Min(wanted - updates.Count, PageSize),
                PageToken = page,
            };
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
