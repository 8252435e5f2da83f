using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Servers;

/// <summary>`servers promote`: makes the server that is asked the root, and waits until it is.</summary>
internal sealed class ServersPromoteVerb : Verb
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly Argument<string> server = new("NAME") { Description = "The server that is meant, for safety: it has to be the one that is asked.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };
    private readonly Option<bool> yes = new("--yes") { Description = "Do it without asking." };
    private readonly Option<bool> dropOverlay = new("--drop-overlay") { Description = "Of a replica below an autonomous server: what that one decided is to count no more here. It is kept in `servers lost`." };

    public ServersPromoteVerb()
        : base("promote", "Make this server the root: when the root is lost, or when two servers both say to be it.", "hierarchy servers promote", "hierarchy servers promote branch-a --yes", "hierarchy servers promote lab-bench --drop-overlay")
    {
        Add(server);
        Add(yes);
        Add(dropOverlay);
    }

    public override IReadOnlyList<string> Details =>
    [
        "Run it on the replica that is to be the root: of those that are left, the one with the highest cursor in `servers list`.",
        "It says what would be lost, asks, and turns into the root on the same addresses. The old root must decide nothing any more:",
        "if it is still there, it turns read-only as soon as it hears of this; restart it with --role replica --parent URL of the new one.",
        "The other replicas follow once one of their parents leads to the new root: name several with --parent, before you need them.",
        "A replica below an autonomous server offers its computers what that one approved; as the root it offers what the tree's root approved. That has to be said: --drop-overlay.",
        "What the old root decided and this server never heard of is lost here; wherever it is found, it is kept: `servers lost`.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var name = arguments.GetValue(server) ?? "";
        var client = new SuccessionAdminService.SuccessionAdminServiceClient(session.Channel);
        var outlook = await session.AskAsync(client.GetPromotionOutlookAsync, new GetPromotionOutlookRequest { Server = name });
        if (outlook.Obstacle.Length > 0) throw new CommandFailedException("failed_precondition", outlook.Obstacle, null);
        if (outlook.Overlay.Length > 0 && !arguments.GetValue(dropOverlay)) throw new CommandFailedException("failed_precondition", outlook.Overlay, "hierarchy servers promote --drop-overlay");
        if (!arguments.GetValue(yes)) Confirm(session, outlook);
        await session.AskAsync(client.PromoteAsync, new PromoteRequest { Server = name, RequestedBy = session.User, DropOverlay = arguments.GetValue(dropOverlay) });
        var now = await WaitAsync(session, client);
        var document = new PromotionDocument(
            Wire.Guid(now.ServerId), now.ServerName, PositionDocument.From(outlook.Position), PositionDocument.From(now.Position), Missing(outlook), outlook.LacksSecret);
        return session.Output.Write(document, console =>
        {
            console.WriteLine($"{document.Name} is the root: it goes on from {document.Before}, in epoch {document.Position?.Epoch}.");
            if (document.LacksSecret) console.WriteLine(SecretNote);
            console.WriteLine("Set --role root in its settings and leave --parent away. Restart the old root, if it comes back, with --role replica and this server as its --parent.");
        });
    }

    protected override CommandFailedException Interrupted() =>
        new("cancelled", "Interrupted. If the promotion had been asked for, it goes on at the server.", "hierarchy servers list tells its role.", ExitCode.Cancelled);

    private const string SecretNote =
        "The secret that opens decryption keys of encrypted files is not here: those keys cannot be read. Copy secrets/tree.key from the old root or another replica into this server's data directory, or let the next `sync run` fetch the keys anew.";

    private static long Missing(GetPromotionOutlookResponse outlook) => Math.Max(0, outlook.HeardHead - (outlook.Position?.Sequence ?? 0));

    private static void Confirm(Session session, GetPromotionOutlookResponse outlook)
    {
        if (session.Input is not { } input)
            throw new CommandFailedException("usage", "Nobody is there to be asked, and --yes was not given: nothing was done.", "hierarchy servers promote --yes", ExitCode.Usage);
        var ask = session.Output.ProgressLines;
        ask.WriteLine($"{outlook.ServerName} would become the root, from {PositionDocument.From(outlook.Position)} on{(outlook.CheckpointTime is { } time ? $", the root's state of {Wire.Time(time)}" : "")}.");
        if (outlook.ReadOnly.Length > 0) ask.WriteLine(outlook.ReadOnly);
        ask.WriteLine(Missing(outlook) > 0
            ? $"It heard of {Human.Count(Missing(outlook))} later changes that it has not got: they would be lost. The root may have made more since."
            : "It has all that it heard of. What the root has decided since they last spoke would be lost.");
        if (outlook.IsLive) ask.WriteLine($"It is live with its parent at {outlook.ParentUrl} at this moment: is the root really lost?");
        if (outlook.LacksSecret) ask.WriteLine(SecretNote);
        if (outlook.Overlay.Length > 0) ask.WriteLine(outlook.Overlay);
        ask.WriteLine("The old root must not decide any more: stop it, or cut it off until it can hear of this server.");
        ask.Write("Type yes to promote it: ");
        ask.Flush();
        if (!string.Equals(input.ReadLine()?.Trim(), "yes", StringComparison.OrdinalIgnoreCase))
            throw new CommandFailedException("cancelled", "Nothing was done.", null, ExitCode.Cancelled);
    }

    // The server puts itself together anew: for a moment nobody answers.
    private static async Task<GetPromotionOutlookResponse> WaitAsync(Session session, SuccessionAdminService.SuccessionAdminServiceClient client)
    {
        using var limit = new CancellationTokenSource(LongestWait, session.Time);
        while (true)
        {
            try
            {
                var outlook = await session.AskAsync(client.GetPromotionOutlookAsync, new GetPromotionOutlookRequest());
                if (outlook.IsRoot) return outlook;
            }
            catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled && !session.Cancellation.IsCancellationRequested)
            {
                // Not yet.
            }

            if (limit.IsCancellationRequested)
                throw new CommandFailedException(
                    "deadline_exceeded", $"The promotion is decided, and the server at {session.Server} has not answered as the root within {LongestWait.TotalSeconds:0} seconds.",
                    "Look at its log; start it again if it ended. It starts as the root.");
            await Task.Delay(BetweenLooks, session.Time, session.Cancellation);
        }
    }
}
