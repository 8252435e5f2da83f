using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync history`: the last synchronizations.</summary>
internal sealed class SyncHistoryVerb : Verb
{
    private const int Shown = 20;
    private const int Most = 100;

    private readonly Argument<int> count = new("N") { Description = $"How many, 1 to {Most}.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => Shown };

    public SyncHistoryVerb()
        : base(
            "history", "Show the last synchronizations, newest first: when, why, who asked, what came of it.",
            "hierarchy sync history", "hierarchy sync history 5", "hierarchy --output json sync history 100 | jq '.runs[] | select(.outcome == \"failed\") | .failure'")
    {
        count.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is < 1 or > Most) result.AddError($"N is 1 to {Most}.");
        });
        Add(count);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.ListSyncRunsAsync, new ListSyncRunsRequest { Most = arguments.GetValue(count) });
        var document = new SyncHistoryDocument([.. response.Runs.Select(SyncRunBody.From)]);
        return session.Output.Write(document, console =>
        {
            if (document.Runs.Count == 0) console.WriteLine("Never synchronized: hierarchy sync run");
            else console.Write(SyncRunTable.Create(session.Output, document.Runs));
        });
    }
}
