using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync products add`, `remove` and `set`, and their likes: changes what is taken from the upstream.</summary>
internal sealed class SelectionChangeVerb : Verb
{
    private readonly SelectionKind kind;
    private readonly SelectionChange change;
    private readonly Argument<string[]> names;
    private readonly Option<bool> all = new("--all") { Description = "Everything that is offered, today and tomorrow." };

    public SelectionChangeVerb(SelectionKind kind, SelectionChange change)
        : base(change.ToString().ToLowerInvariant(), Describe(kind, change), $"hierarchy sync {kind.Name} {change.ToString().ToLowerInvariant()} {kind.Example}")
    {
        (this.kind, this.change) = (kind, change);
        names = new Argument<string[]>("NAME") { Description = $"The title of {kind.One}, the only part of a title that means one, or an id.", Arity = ArgumentArity.ZeroOrMore };
        Add(names);
        if (change != SelectionChange.Remove) Add(all);
        Validators.Add(result =>
        {
            var given = result.GetValue(names) ?? [];
            var everything = change != SelectionChange.Remove && result.GetValue(all);
            if (given.Length == 0 && !everything) result.AddError(change == SelectionChange.Remove ? "Name at least one." : "Name at least one, or say --all.");
            if (given.FirstOrDefault(name => name.StartsWith('-')) is { } option) result.AddError($"{option} is no option here, and no name begins so.");
            if (given.Length > 0 && everything) result.AddError("--all goes without names.");
        });
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new ChangeSyncSelectionRequest { Part = kind.Part, Change = change, All = change != SelectionChange.Remove && arguments.GetValue(all), RequestedBy = session.User };
        request.Names.Add(arguments.GetValue(names) ?? []);
        if (kind.Part != SelectionPart.Languages && !request.All) await OfferedFirst.AskAsync(session);
        var document = SelectionChangedDocument.From(await session.AskAsync(session.Admin.ChangeSyncSelectionAsync, request), kind.Part);
        return session.Output.Write(document, console =>
        {
            console.WriteLine(document.Changed ? $"Changed (cursor {document.Position}); the next synchronization acts on it." : "It was so before.");
            console.WriteLine(document.All ? $"Taken: all {kind.Name}." : $"Taken: {(document.Chosen.Count == 0 ? "none" : string.Join(", ", document.Chosen))}.");
            if (change == SelectionChange.Remove && document.Changed) console.WriteLine("What is here already stays.");
        });
    }

    private static string Describe(SelectionKind kind, SelectionChange change) => change switch
    {
        SelectionChange.Add => $"Take these {kind.Name} too.",
        SelectionChange.Remove => $"Take these {kind.Name} no longer; what is here stays.",
        _ => $"Take just these {kind.Name}.",
    };
}
