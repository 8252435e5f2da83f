using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Content;

/// <summary>`content prune`: removes what nothing needs any more. The server does so by itself once a day.</summary>
internal sealed class ContentPruneVerb : Verb
{
    private readonly Option<bool> whatIf = new("--what-if") { Description = "Only say what would be removed." };
    private readonly Option<bool> yes = new("--yes") { Description = "Do it without asking." };

    public ContentPruneVerb()
        : base("prune", "Remove what nothing needs any more, and what the size limit has no room for.", "hierarchy content prune --what-if", "hierarchy content prune --yes")
    {
        Add(whatIf);
        Add(yes);
    }

    public override IReadOnlyList<string> Details =>
    [
        "A file is unneeded when no approved update has it, or its policy is never; it goes when it has been so for as long as",
        "`content policy set --keep` says (30 days where nothing is decided), and nobody asked for it meanwhile. With a size limit the",
        "least needed go first: unneeded ones, those for clients that ask, those without a deadline; the longest not asked for first.",
        "The server that is asked prunes; each does so by itself once a day.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var client = new ContentService.ContentServiceClient(session.Channel);
        var isWhatIf = arguments.GetValue(whatIf);
        if (isWhatIf || !arguments.GetValue(yes))
        {
            var would = PruneDocument.From(whatIf: true, await session.AskAsync(client.PruneContentAsync, new PruneContentRequest { WhatIf = true }));
            if (isWhatIf || would.Files == 0) return Write(session, would with { WhatIf = isWhatIf });
            if (session.Input is not { } input)
                throw new CommandFailedException("usage", $"Nobody is there to be asked, and --yes was not given: nothing was removed. {Sentence("Would remove", would)}", "hierarchy content prune --yes", ExitCode.Usage);
            session.Output.ProgressLines.WriteLine(Sentence("Would remove", would));
            session.Output.ProgressLines.Write("Type yes to remove them: ");
            session.Output.ProgressLines.Flush();
            if (!string.Equals(input.ReadLine()?.Trim(), "yes", StringComparison.OrdinalIgnoreCase)) throw new CommandFailedException("cancelled", "Nothing was removed.", null, ExitCode.Cancelled);
        }

        return Write(session, PruneDocument.From(whatIf: false, await session.AskAsync(client.PruneContentAsync, new PruneContentRequest())));
    }

    private static int Write(Session session, PruneDocument document) => session.Output.Write(
        document, console => console.WriteLine(document.Files == 0 ? "There is nothing to remove." : Sentence(document.WhatIf ? "Would remove" : "Removed", document)));

    private static string Sentence(string verb, PruneDocument document) =>
        $"{verb} {Human.Count(document.Files)} files, {Human.Bytes(document.Bytes)}: {Human.Count(document.FilesUnneeded)} unneeded ({Human.Bytes(document.BytesUnneeded)}), "
        + $"{Human.Count(document.FilesBeyondLimit)} beyond the size limit ({Human.Bytes(document.BytesBeyondLimit)}), {Human.Count(document.Leftovers)} left over from damage and given-up transfers "
        + $"({Human.Bytes(document.BytesOfLeftovers)}).";
}
