using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Audit;

/// <summary>`log`: who changed what, when and from where.</summary>
internal sealed class LogVerb : Verb
{
    private const int PageSize = 500;
    private const int DefaultLimit = 50;
    private const int MostShown = 5;

    private readonly Option<Moment?> since;
    private readonly Option<Moment?> until;
    private readonly Option<string> by = new("--by") { Description = "Only what this one decided: a part of user@host.", HelpName = "WHO" };
    private readonly Option<string> update = new("--update") { Description = "Only what is about this update: its id, the beginning of it, or its KB number.", HelpName = "UPDATE" };
    private readonly Option<string> group = new("--group") { Description = "Only what is about this group, by its name now or then.", HelpName = "NAME" };
    private readonly Option<string> verb = new("--verb") { Description = "Only what this command decided, or all of a noun: approve, \"groups add\", groups.", HelpName = "VERB" };
    private readonly Option<int> limit = new("--limit") { Description = "Show at most so many; 0 for every one.", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };

    public LogVerb(TimeProvider time)
        : base(
            "log", "Show who changed what, when and from where, newest first.",
            "hierarchy log", "hierarchy log --since 7d --by anna", "hierarchy log --update KB5013943", "hierarchy log --group Pilot --verb approve --since 2026-10-01 --until 2026-11-01",
            "hierarchy --output json log --limit 0 | jq '.entries[] | [.time, .requested_by, .verb]'")
    {
        since = Moment.Option("--since", "Not before: a date or time (UTC), or how long ago (7d, 12h).", time);
        until = Moment.Option("--until", "Before: a date or time (UTC), or how long ago.", time);
        limit.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() < 0) result.AddError("--limit takes 0 or a positive number.");
        });
        Add(since);
        Add(until);
        Add(by);
        Add(update);
        Add(group);
        Add(verb);
        Add(limit);
    }

    public override IReadOnlyList<string> Details =>
    [
        "Every decision writes an entry in its own transaction, so there is none without the other. Entries replicate: any",
        "server of the tree answers. At an autonomous server, and below it, they are those of its own decisions.",
        "The server that decides keeps them for a year, and at most 100,000 (its settings Audit:Keep and Audit:Most).",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var wanted = arguments.GetValue(limit) is > 0 and var some ? some : int.MaxValue;
        var client = new AuditService.AuditServiceClient(session.Channel);
        var request = new ListAuditEntriesRequest
        {
            Since = arguments.GetValue(since) is { } from ? Timestamp.FromDateTimeOffset(from.Time) : null,
            Until = arguments.GetValue(until) is { } to ? Timestamp.FromDateTimeOffset(to.Time) : null,
            RequestedBy = arguments.GetValue(by) ?? "",
            Update = arguments.GetValue(update) ?? "",
            Group = arguments.GetValue(group) ?? "",
            Verb = arguments.GetValue(verb) ?? "",
        };
        var entries = new List<AuditEntryBody>();
        ListAuditEntriesResponse response;
        do
        {
            request.PageSize = Math.Min(wanted - entries.Count, PageSize);
            response = await session.AskAsync(client.ListAuditEntriesAsync, request);
            entries.AddRange(response.Entries.Select(AuditEntryBody.From));
            request.PageToken = response.NextPageToken;
        }
        while (response.NextPageToken.Length > 0 && entries.Count < wanted);

        var document = new AuditLogDocument(Wire.NullIfEmpty(response.Decider), entries, response.NextPageToken.Length > 0);
        return session.Output.Write(document, console =>
        {
            if (entries.Count == 0)
            {
                console.WriteLine("Nothing was decided, as far as this server's log goes back and these conditions let through.");
                return;
            }

            var table = session.Output.Table("TIME", "WHO", "FROM", "SERVER", "DID", "WHAT", "BEFORE", "AFTER");
            foreach (var entry in entries) AddRows(table, entry);
            console.Write(table);
            if (document.More) console.WriteLine($"There are older ones; --limit 0 shows all.");
        });
    }

    private static void AddRows(Table table, AuditEntryBody entry)
    {
        var first = entry.Items.Count > 0 ? entry.Items[0] : null;
        // To the second: people look for days and minutes.
        table.AddTextRow(entry.Time is { Length: > 19 } time ? $"{time[..19]}Z" : entry.Time ?? "", entry.RequestedBy ?? "-", entry.Address ?? "-", entry.Server, entry.Verb, What(first), first?.Before ?? "", first?.After ?? "");
        foreach (var item in entry.Items.Skip(1).Take(MostShown - 1)) table.AddTextRow("", "", "", "", "", What(item), item.Before, item.After);
        var shown = Math.Min(entry.Items.Count, MostShown);
        if (entry.Changes > shown) table.AddTextRow("", "", "", "", "", $"and {Human.Count(entry.Changes - shown)} more", "", "");
    }

    private static string What(AuditItemBody? item) =>
        item is null ? "" : item.Group is { } named && item.UpdateId is not null ? $"{item.Subject}, for {named}" : item.Subject;
}
