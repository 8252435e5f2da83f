using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Content;

/// <summary>`content policy show`: what is decided about content, and what holds for each server.</summary>
internal sealed class ContentPolicyShowVerb : Verb
{
    private readonly Argument<string> server = new("NAME") { Description = "One server alone.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };

    public ContentPolicyShowVerb()
        : base("show", "Show what is decided about content, for the tree and for servers.", "hierarchy content policy show", "hierarchy content policy show branch-a")
    {
        Add(server);
    }

    public override IReadOnlyList<string> Details =>
    [
        "What holds for a server's file, the first of these that says something: the server's word on a category of the update, the tree's",
        "word on one, the server's policy, the tree's policy, the --content that the server was started with (here taken as ahead for",
        "servers other than the one that is asked).",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new GetContentPolicyRequest { Server = arguments.GetValue(server) ?? "" };
        var document = ContentPolicyDocument.From(await session.AskAsync(new ContentService.ContentServiceClient(session.Channel).GetContentPolicyAsync, request));
        return session.Output.Write(document, console =>
        {
            var table = session.Output.Table("FOR", "FETCH", "EXPRESS", "KEEP", "LIMIT", "CLOSED LINKS", "CATEGORIES");
            Row(table, "the tree, decided", document.Tree);
            foreach (var one in document.Servers)
            {
                if (one.Own is not { Fetch: null, Categories.Count: 0, Express: null, KeepDays: null, SizeLimit: null, ClosedForClients: null }) Row(table, $"{one.Name}, decided", one.Own);
                Row(table, one.Name, one.Effective);
            }

            console.Write(table);
        });
    }

    private static void Row(Table table, string name, ContentSettingsBody settings) => table.AddTextRow(
        name,
        settings.Fetch?.Replace('_', '-'),
        settings.Express switch { true => "yes", false => "no", null => "" },
        settings.KeepDays is { } days ? Human.Span(TimeSpan.FromDays(days)) : "",
        settings.SizeLimit switch { null => "", 0 => "none", var limit => Human.Bytes(limit.Value) },
        settings.ClosedForClients switch { true => "for all", false => "ahead only", null => "" },
        string.Join(", ", settings.Categories.Select(category => $"{(category.Title.Length > 0 ? category.Title : category.CategoryId)}: {category.Fetch?.Replace('_', '-')}")));
}
