using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Content;

/// <summary>`content policy set`: decides what is fetched, when, and how long it stays. Says the bytes of it first, and asks.</summary>
internal sealed class ContentPolicySetVerb : Verb
{
    private const string Ahead = "ahead";
    private const string OnDemand = "on-demand";
    private const string Never = "never";
    private const string Default = "default";

    private static readonly Dictionary<string, ContentSetting> Settings = new()
    {
        ["fetch"] = ContentSetting.Fetch,
        ["categories"] = ContentSetting.Categories,
        ["express"] = ContentSetting.Express,
        ["keep"] = ContentSetting.Keep,
        ["limit"] = ContentSetting.SizeLimit,
        ["closed-links"] = ContentSetting.ClosedForClients,
    };

    private readonly Argument<string> server = new("NAME") { Description = "The server that is meant; without one, the whole tree.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };
    private readonly Option<string?> fetch = new("--fetch") { Description = "When files are fetched for which no category says otherwise.", HelpName = $"{Ahead}|{OnDemand}|{Never}" };
    private readonly Option<string[]> category = new("--for") { Description = "When files of a product or classification are fetched; `default` takes that back. May be repeated.", HelpName = "CATEGORY=POLICY" };
    private readonly Option<string?> express = new("--express") { Description = "Whether express files are fetched.", HelpName = "on|off" };
    private readonly Option<string?> keep = new("--keep") { Description = "How long a file stays that nothing needs any more, e.g. 30d.", HelpName = "SPAN" };
    private readonly Option<string?> limit = new("--limit") { Description = "Bytes that the store may hold, e.g. 500GB; none.", HelpName = "SIZE" };
    private readonly Option<string?> closed = new("--closed-links") { Description = "Whom a closed link is closed for.", HelpName = "all|prefetch" };
    private readonly Option<string[]> clear = new("--clear") { Description = "Takes a decision back. May be repeated.", HelpName = string.Join('|', Settings.Keys) };
    private readonly Option<bool> whatIf = new("--what-if") { Description = "Only say what would follow." };
    private readonly Option<bool> yes = new("--yes") { Description = "Do it without asking." };

    public ContentPolicySetVerb()
        : base(
            "set", "Decide what is fetched, when, and how long it stays; says the bytes of it first, and asks.",
            "hierarchy content policy set --fetch on-demand", "hierarchy content policy set branch-a --fetch ahead --limit 200GB",
            "hierarchy content policy set --for Upgrades=never --for \"Windows 11=ahead\"", "hierarchy content policy set branch-a --clear limit --clear fetch")
    {
        fetch.AcceptOnlyFromAmong(Ahead, OnDemand, Never);
        express.AcceptOnlyFromAmong("on", "off");
        closed.AcceptOnlyFromAmong("all", "prefetch");
        clear.AcceptOnlyFromAmong([.. Settings.Keys]);
        category.Validators.Add(result =>
        {
            foreach (var text in result.GetValueOrDefault<string[]>() ?? [])
                if (!TryParse(text, out _)) result.AddError($"--for takes CATEGORY={Ahead}, ={OnDemand}, ={Never} or ={Default}, not '{text}'.");
        });
        keep.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !Quantity.TryParseSpan(text, out _)) result.AddError($"--keep takes {Quantity.Spans}.");
        });
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && text != "none" && !Quantity.TryParseBytes(text, out _)) result.AddError($"--limit takes {Quantity.Sizes}, or none.");
        });
        Add(server);
        foreach (var option in new System.CommandLine.Option[] { fetch, category, express, keep, limit, closed, clear, whatIf, yes }) Add(option);
    }

    public override IReadOnlyList<string> Details =>
    [
        "ahead: what is approved is fetched before anyone asks, anything else when a client asks. on-demand: everything when a client asks,",
        "and sent on while it arrives. never: only what is in the store is served.",
        "Categories go before the general policy, and a server's word before the tree's: see `content policy show --help`.",
        "What is not wanted any more stays until `content prune` or the daily removal finds it unneeded for as long as --keep says.",
        "With --limit the most urgent files are fetched ahead as far as they fit, and the least needed go first. A closed link (see",
        "`sites links`) holds back what is fetched ahead; with --closed-links all, clients wait for it as well.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = Read(arguments, session.User);
        if (request.Equals(new SetContentPolicyRequest { Server = request.Server, RequestedBy = request.RequestedBy }))
            throw new CommandFailedException("usage", "Nothing is to be changed: give at least one setting.", "hierarchy content policy set --help", ExitCode.Usage);
        var client = new ContentService.ContentServiceClient(session.Channel);
        var isWhatIf = arguments.GetValue(whatIf);
        if (isWhatIf || !arguments.GetValue(yes))
        {
            var would = await session.AskAsync(client.SetContentPolicyAsync, new SetContentPolicyRequest(request) { WhatIf = true });
            if (isWhatIf) return Write(session, would, isWhatIf: true);
            if (would.Changed && would.Consequences.Any(consequence => consequence.Files > 0)) Confirm(session, would);
        }

        return Write(session, await session.AskAsync(client.SetContentPolicyAsync, request), isWhatIf: false);
    }

    private SetContentPolicyRequest Read(ParseResult arguments, string user)
    {
        var request = new SetContentPolicyRequest
        {
            Server = arguments.GetValue(server) ?? "",
            Fetch = arguments.GetValue(fetch) is { } policy ? Policy(policy) : ContentFetch.Unspecified,
            RequestedBy = user,
        };
        foreach (var text in arguments.GetValue(category) ?? [])
            if (TryParse(text, out var change)) request.Categories.Add(change); // It was looked at when the command line was parsed, and so below.
        if (arguments.GetValue(express) is { } expressText) request.Express = expressText == "on";
        if (arguments.GetValue(closed) is { } closedText) request.ClosedForClients = closedText == "all";
        if (Quantity.TryParseSpan(arguments.GetValue(keep), out var span)) request.Keep = Duration.FromTimeSpan(span);
        if (arguments.GetValue(limit) is { } limitText) request.SizeLimit = Quantity.TryParseBytes(limitText, out var bytes) ? bytes : 0;
        request.Clear.Add((arguments.GetValue(clear) ?? []).Select(name => Settings[name]));
        return request;
    }

    private static bool TryParse(string text, out CategoryChange change)
    {
        var cut = text.LastIndexOf('=');
        var policy = cut < 0 ? "" : text[(cut + 1)..].Trim();
        change = new CategoryChange { Category = cut < 0 ? "" : text[..cut].Trim(), Fetch = policy == Default ? ContentFetch.Unspecified : Policy(policy) };
        return change.Category.Length > 0 && (policy == Default || change.Fetch != ContentFetch.Unspecified);
    }

    private static ContentFetch Policy(string name) => name switch { Ahead => ContentFetch.Ahead, OnDemand => ContentFetch.OnDemand, Never => ContentFetch.Never, _ => ContentFetch.Unspecified };

    private static void Confirm(Session session, SetContentPolicyResponse would)
    {
        if (session.Input is not { } input)
            throw new CommandFailedException(
                "usage", $"Nobody is there to be asked, and --yes was not given: nothing was done. {string.Join(" ", would.Consequences.Select(Sentence))}", "Give --yes, or --what-if to see what would follow.", ExitCode.Usage);
        var ask = session.Output.ProgressLines;
        foreach (var consequence in would.Consequences) ask.WriteLine(Sentence(consequence));
        ask.Write("Type yes to do it: ");
        ask.Flush();
        if (!string.Equals(input.ReadLine()?.Trim(), "yes", StringComparison.OrdinalIgnoreCase))
            throw new CommandFailedException("cancelled", "Nothing was done.", null, ExitCode.Cancelled);
    }

    private static string Sentence(ContentConsequence consequence)
    {
        var more = consequence.Files > 0 ? $"would fetch {Human.Count(consequence.Files)} files, {Human.Bytes(consequence.Bytes)} from {consequence.Source}" : "";
        var less = consequence.FilesLess > 0 ? $"would not fetch {Human.Count(consequence.FilesLess)} files, {Human.Bytes(consequence.BytesLess)} any more" : "";
        return $"{consequence.ServerName} {string.Join(", and ", new[] { more, less }.Where(part => part.Length > 0))}.";
    }

    private static int Write(Session session, SetContentPolicyResponse response, bool isWhatIf)
    {
        var document = new ContentPolicySetDocument(
            isWhatIf, Wire.NullIfEmpty(response.ServerName), response.Changed, ContentSettingsBody.From(response.Settings, new Dictionary<string, string>()),
            [.. response.Consequences.Select(ContentConsequenceBody.From)], PositionDocument.From(response.Position));
        return session.Output.Write(document, console =>
        {
            if (!response.Changed)
            {
                console.WriteLine("It is decided so already.");
                return;
            }

            if (isWhatIf)
            {
                foreach (var consequence in response.Consequences) console.WriteLine(Sentence(consequence));
                if (response.Consequences.Count == 0) console.WriteLine("No server would fetch anything else than now.");
                return;
            }

            console.WriteLine($"Decided for {document.Server ?? "the tree"} (cursor {document.Position}).");
            var (files, bytes) = (response.Consequences.Sum(consequence => (long)consequence.Files), response.Consequences.Sum(consequence => consequence.Bytes));
            if (files > 0) console.WriteLine($"{Human.Count(files)} files, {Human.Bytes(bytes)}, are fetched now: hierarchy content status --watch");
        });
    }
}
