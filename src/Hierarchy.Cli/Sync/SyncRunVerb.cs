using System.CommandLine;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync run`: starts a synchronization and shows it to its end.</summary>
internal sealed class SyncRunVerb : Verb
{
    private readonly Option<bool> watch = new("--watch") { Description = "Start nothing; watch the one that runs." };
    private readonly Option<bool> categoriesOnly = new("--categories-only") { Description = "Only the categories: what products and classifications there are to choose from." };

    public SyncRunVerb()
        : base(
            "run", "Synchronize now, show progress, and end when it ends. On Ctrl-C the server goes on; watch it again with --watch, stop it with `sync cancel`.",
            "hierarchy sync run", "hierarchy sync run --watch", "hierarchy sync run --categories-only", "hierarchy --output json sync run 2>/dev/null | jq .run.new_updates")
    {
        Add(watch);
        Add(categoriesOnly);
    }

    protected override Task<int> RunAsync(Session session, ParseResult arguments) => SyncStream.ShowAsync(session, () => session.Admin.RunSync(
        new RunSyncRequest { WatchOnly = arguments.GetValue(watch), CategoriesOnly = arguments.GetValue(categoriesOnly), RequestedBy = session.User }, session.Streaming));

    protected override CommandFailedException Interrupted() => SyncStream.Interrupted();
}
