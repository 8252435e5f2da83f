using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Servers;

/// <summary>`servers list`: the server that is asked and all below it, and whether they are equal.</summary>
internal sealed class ServersListVerb() : Verb(
    "list", "List this server and all below it: where each stands in the log, whether it is equal, what content it moved.",
    "hierarchy servers list", "hierarchy --output json servers list | jq '[.servers[].equal] | all'")
{
    // Enough for an eye; JSON has the rest.
    private const int ShownDigits = 8;

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.ListServersAsync, new ListServersRequest());
        var servers = response.Servers.Select(ServerBody.From).ToList();
        return session.Output.Write(new ServerListDocument(servers), console =>
        {
            var table = session.Output.Table(
                "SERVER", "ROLE", "SITE", "PARENT", "CURSOR", "COUNT", "DIGEST", "LAG", "EQUAL", "TO CLIENTS", "TO SERVERS", "FETCHED", "FROM", "OUTBOX", "AGE");
            foreach (var server in servers)
                table.AddTextRow(
                    server.Name, server.Role, server.Site, server.Parent, server.OverlayPosition is null ? server.Position?.ToString() : $"{server.Position}+{server.OverlayPosition}", Human.Count(server.Count), server.Digest[..ShownDigits],
                    Human.Count(server.Lag), Human.YesNo(server.Equal), Human.Bytes(server.ContentBytesServed), Human.Bytes(server.ContentBytesServedToServers),
                    Human.Bytes(server.ContentBytesFromParent + server.ContentBytesFromMicrosoft), server.ContentSource?.Replace('_', ' '), Human.Count(server.OutboxPending),
                    server.AgeSeconds is { } age ? Human.Span(TimeSpan.FromSeconds(age)) : "");
            console.Write(table);
        });
    }
}
