using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Updates;

/// <summary>`updates show`: everything about one update.</summary>
internal sealed class UpdatesShowVerb : Verb
{
    private readonly Argument<string> update = UpdateArgument.Create();
    private readonly Option<bool> document = new("--document") { Description = "The document itself, as the publisher wrote it (XML)." };

    public UpdatesShowVerb()
        : base(
            "show", "Show one update: what it is, its files, what is decided about it.",
            "hierarchy updates show KB5013943", "hierarchy updates show 266f6222 --document > update.xml",
            "hierarchy --output json updates show 266f6222 | jq -r .document_sha256")
    {
        Add(update);
        Add(document);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new GetUpdateRequest { Update = arguments.GetRequiredValue(update) };
        var response = await session.AskAsync(session.Admin.GetUpdateAsync, request);
        var withDocument = arguments.GetValue(document);
        var detail = UpdateDetailDocument.From(response, withDocument);
        return session.Output.Write(detail, console =>
        {
            // Not through the console: it would fold long lines and read markup.
            if (withDocument) console.Profile.Out.Writer.Write(response.Document);
            else Render(detail, session.Output, console);
        });
    }

    private static void Render(UpdateDetailDocument detail, Output output, IAnsiConsole console)
    {
        var update = detail.Update;
        console.WriteLine(update.Title);
        if (detail.Texts.Count > 0 && detail.Texts[0].Description is { Length: > 0 } description) console.WriteLine(description);
        console.Write(Output.Facts(
            ("Update", $"{update.UpdateId} revision {update.RevisionNumber} (number {update.RevisionId})"),
            ("Type", update.CategoryType is null ? update.Type : $"{update.Type} ({update.CategoryType})"),
            ("KB articles", string.Join(", ", update.KnowledgeBaseArticles)),
            ("Bulletins", string.Join(", ", update.SecurityBulletins)),
            ("CVEs", string.Join(", ", update.Cves)),
            ("Severity", update.Severity),
            ("Published", update.CreationDate),
            ("Arrived", update.ArrivalDate),
            ("State", State(update)),
            ("Categories", string.Join(", ", update.Categories)),
            ("Supersedence", update.Supersedence.Replace("both", "superseded, and supersedes others", StringComparison.Ordinal)),
            ("Supersedes", update.SupersededUpdates.Count == 0 ? null : $"{Human.Count(update.SupersededUpdates.Count)} updates, of which {Human.Count(detail.Supersedence?.Supersedes.Count ?? 0)} are here"),
            ("Bundles", update.BundledUpdates.Count == 0 ? null : $"{Human.Count(update.BundledUpdates.Count)} updates"),
            ("Handler", update.Handler),
            ("Uninstall", Human.YesNo(update.CanUninstall)),
            ("Languages", string.Join(' ', update.Languages)),
            ("Document", $"SHA-256 {detail.DocumentSha256}")));
        foreach (var (words, related) in new[] { ("Superseded by", detail.Supersedence?.SupersededBy), ("Finally replaced by", detail.Supersedence?.ReplacedBy), ("Supersedes", detail.Supersedence?.Supersedes) })
            foreach (var other in related ?? [])
                console.WriteLine($"{words}: {other}");
        if (update.Files.Count > 0)
        {
            var files = output.Table("FILE", "SIZE", "SHA-256");
            foreach (var file in update.Files) files.AddTextRow(file.Name, Human.Bytes(file.Size), file.Sha256);
            console.Write(files);
        }

        if (update.Approvals.Count == 0) return;
        var approvals = output.Table("GROUP", "ACTION", "DEADLINE", "SINCE", "BY");
        foreach (var approval in update.Approvals)
            approvals.AddTextRow(approval.Group, approval.Action.Replace('_', ' '), approval.Deadline, approval.ApprovedAt, approval.ApprovedBy);
        console.Write(approvals);
    }

    private static string State(UpdateDocument update)
    {
        if (update.Declined) return "declined";
        if (update.Expired) return "expired by the publisher";
        return update.ExplicitlyDeployable ? "can be approved" : "comes with another update";
    }
}
