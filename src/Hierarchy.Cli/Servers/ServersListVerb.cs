using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Hierarchy.Cli.Servers;

/// <summary>`servers list`: the server that is asked and all below it, and whether they are equal; as a table or as the tree that they are, once or as it changes.</summary>
internal sealed class ServersListVerb : Verb
{
    // Enough for an eye; JSON has the rest.
    private const int ShownDigits = 8;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Option<bool> tree = new("--tree") { Description = "Draw who follows whom, with what each is doing." };
    private readonly Option<bool> watch = new("--watch") { Description = "Show it anew each second until Ctrl-C; JSON: a document a line." };

    public ServersListVerb() : base(
        "list", "List this server and all below it: where each stands in the log, whether it is equal, what content it moved. Servers of the tree that say nothing are silent.",
        "hierarchy servers list", "hierarchy servers list --tree --watch", "hierarchy --output json servers list | jq '[.servers[].equal] | all'")
    {
        Options.Add(tree);
        Options.Add(watch);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        Func<Output, IReadOnlyList<ServerBody>, IRenderable> draw = arguments.GetValue(tree) ? (_, servers) => ServerTree.Of(servers) : TableOf;
        if (arguments.GetValue(watch)) return await WatchAsync(session, draw);
        var servers = await ListAsync(session);
        return session.Output.Write(new ServerListDocument(servers), console => console.Write(draw(session.Output, servers)));
    }

    private static async Task<List<ServerBody>> ListAsync(Session session) =>
        (await session.AskAsync(session.Admin.ListServersAsync, new ListServersRequest())).Servers.Select(ServerBody.From).ToList();

    // Ends by Ctrl-C alone, which is then its proper end.
    private static async Task<int> WatchAsync(Session session, Func<Output, IReadOnlyList<ServerBody>, IRenderable> draw)
    {
        var servers = await ListAsync(session); // whoever cannot be reached at all is an error, not a thing to wait for
        try
        {
            if (session.Output.Json || !session.Output.IsWatched)
            {
                for (; ; servers = await NextAsync(session))
                    session.Output.WriteLine(new ServerListDocument(servers), console => console.Write(draw(session.Output, servers)));
            }

            await session.Output.Text.Live(draw(session.Output, servers)).StartAsync(async live =>
            {
                while (true)
                {
                    try
                    {
                        live.UpdateTarget(draw(session.Output, await NextAsync(session)));
                    }
                    catch (Exception exception) when (exception is RpcException { StatusCode: StatusCode.Unavailable } or CommandFailedException && !session.Cancellation.IsCancellationRequested)
                    {
                        live.UpdateTarget(new Text($"{session.Server} does not answer now; trying again."));
                    }

                    live.Refresh();
                }
            });
            return ExitCode.Ok;
        }
        catch (Exception exception) when (session.Cancellation.IsCancellationRequested && exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return ExitCode.Ok;
        }
    }

    private static async Task<List<ServerBody>> NextAsync(Session session)
    {
        await Task.Delay(Interval, session.Time, session.Cancellation);
        return await ListAsync(session);
    }

    private static Table TableOf(Output output, IReadOnlyList<ServerBody> servers)
    {
        var table = output.Table(
            "SERVER", "ROLE", "SITE", "PARENT", "STATE", "CURSOR", "COUNT", "DIGEST", "LAG", "EQUAL", "CLIENTS", "FILES", "TO CLIENTS", "TO SERVERS", "FETCHED", "FROM", "OUTBOX", "AGE");
        foreach (var server in servers)
            table.AddTextRow(
                server.Name, server.Role, server.Site, server.Parent, ServerTree.StateOf(server),
                server.OverlayPosition is null ? server.Position?.ToString() : $"{server.Position}+{server.OverlayPosition}", Human.Count(server.Count), server.Digest[..ShownDigits],
                Human.Count(server.Lag), Human.YesNo(server.Equal), Human.Count(server.ClientsConnected), ServerTree.FilesOf(server),
                Human.Bytes(server.ContentBytesServed), Human.Bytes(server.ContentBytesServedToServers),
                Human.Bytes(server.ContentBytesFromParent + server.ContentBytesFromMicrosoft), server.ContentSource?.Replace('_', ' '), Human.Count(server.OutboxPending),
                server.AgeSeconds is { } age ? Human.Span(TimeSpan.FromSeconds(age)) : "");
        return table;
    }
}
