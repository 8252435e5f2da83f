using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Servers;

/// <summary>`servers verify`: every server counts and digests its records anew from storage, and the results are held against each other.</summary>
internal sealed class ServersVerifyVerb : Verb
{
    private const int ShownDigits = 8;

    private readonly Argument<string?> server = new("NAME") { Description = "A server's name, its id, or the beginning of one: that server and those above it. Without it: the asked server, all below it and all above it.", Arity = ArgumentArity.ZeroOrOne };

    public ServersVerifyVerb()
        : base(
            "verify", "Prove that servers hold the same records: each reads its storage anew, and the digests are compared.",
            "hierarchy servers verify", "hierarchy servers verify branch-a", "hierarchy --output json servers verify | jq '.servers[] | select(.outcome != \"equal\")'") => Add(server);

    public override IReadOnlyList<string> Details =>
    [
        "At an autonomous server and below it the log that decides there is read too; its place is shown behind a plus. equal: its records are those of the asked server at the same position. sound: its records are those of the checkpoint that it serves, which the root issued, but it moved on and could not be",
        "compared at one position. different: its records differ from its checkpoint, or from the asked server's; a replica then repairs itself from its parent: verify again, and see `hierarchy servers list`.",
        "unreachable: it did not answer. Exit code 1 when a server is different or unreachable. Ctrl-C stops the watching; servers that are reading finish.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var servers = new Dictionary<string, VerifiedServer>();
        var finished = false;
        using (var call = new VerificationService.VerificationServiceClient(session.Channel).VerifyServers(new VerifyServersRequest { Server = arguments.GetValue(server) ?? "" }, session.Streaming))
            while (!finished && await call.ResponseStream.MoveNext(session.Cancellation))
            {
                var news = call.ResponseStream.Current;
                finished = news.Finished;
                if (finished) servers.Clear();
                foreach (var one in news.Servers)
                {
                    servers[$"{Wire.Guid(one.Verification.ServerId)} {one.Verification.ServerName}"] = one;
                    if (!finished) await session.Output.ProgressLines.WriteLineAsync(ProgressOf(one));
                }
            }

        if (!finished) throw new CommandFailedException("unavailable", "The server ended the verification before it was finished.", "It may be stopping: look at its log, then verify again.");
        var bodies = servers.Values.Select(VerifiedServerBody.From).OrderBy(body => body.Parent is not null).ThenBy(body => body.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var document = new ServersVerifyDocument(bodies.All(body => body.Outcome is "equal" or "sound"), bodies);
        session.Output.Write(document, console =>
        {
            var table = session.Output.Table("SERVER", "PARENT", "RESULT", "CURSOR", "COUNT", "DIGEST", "KINDS THAT DIFFER", "REASON");
            foreach (var body in bodies)
                table.AddTextRow(
                    body.Name, body.Parent, body.Outcome, body.Overlay is { } overlay ? $"{body.Position}+{overlay.Position}" : body.Position?.ToString(), Human.Count(body.Count), body.Digest[..ShownDigits], string.Join(", ", body.DifferentKinds), body.Reason);
            console.Write(table);
        });
        return document.Sound ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string ProgressOf(VerifiedServer server) => server.Outcome != VerificationOutcome.Running
        ? $"{server.Verification.ServerName}: {Wire.Name(server.Outcome)}"
        : server.Verification.Position is { Sequence: > 0 } position
            ? $"{server.Verification.ServerName}: reading, {Math.Min(100, server.Verification.Through * 100 / position.Sequence)} %"
            : $"{server.Verification.ServerName}: asked";
}
