using System.Threading.Channels;
using Grpc.Core;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Verification;

/// <summary>A verification as an administrator asked for it: this server, those below over the calls that they hold open, and those above one after the other, held against each other as they answer.</summary>
internal sealed class TreeVerification(VerificationDesk desk, UpwardVerification upward, ViewPublisher views, ServerDirectory directory, FeedSource feed, ServerIdentity self, TimeProvider time)
{
    private const int ShortestPrefix = 4;

    /// <summary>A server that says nothing for so long is given up; one that reads says something every ten seconds.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public async Task RunAsync(VerifyServersRequest request, IServerStreamWriter<VerifyServersResponse> responses, CancellationToken cancellationToken)
    {
        var view = views.View;
        var (below, wanted) = Choose(view, request.Server.Trim());
        var id = Guid.NewGuid();
        var mine = desk.Begin(id, wanted, passOn: true);
        var above = Channel.CreateUnbounded<ServerVerification>();
        var heardAbove = new Dictionary<string, ServerVerification>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = AskAboveAsync(id, above.Writer, stop.Token);
        var heard = below.ToDictionary(server => server, _ => time.GetTimestamp());
        var told = new Dictionary<string, VerifiedServer>();
        try
        {
            while (true)
            {
                var changed = mine.Changed;
                while (above.Reader.TryRead(out var server)) heardAbove[KeyOf(server)] = server;
                var known = mine.Servers;
                foreach (var server in below)
                    if (known.ContainsKey(server) && (!told.TryGetValue(server.ToString(), out var last) || !last.Verification.Equals(known[server]))) heard[server] = time.GetTimestamp();
                var own = known.GetValueOrDefault(self.Id);
                var all = new Dictionary<string, VerifiedServer>();
                foreach (var server in below) all[server.ToString()] = Judge(view, known.GetValueOrDefault(server) ?? Unheard(view, server), own, time.GetElapsedTime(heard[server]) > Silence);
                foreach (var (key, server) in heardAbove) all[key] = Judge(view, server, own, isSilent: false);

                var finished = asking.IsCompleted && above.Reader.Count == 0 && all.Values.All(server => server.Outcome != VerificationOutcome.Running);
                var response = new VerifyServersResponse { Finished = finished };
                response.Servers.Add(all.Where(server => finished || !told.TryGetValue(server.Key, out var before) || !before.Equals(server.Value)).Select(server => server.Value));
                if (finished || response.Servers.Count > 0) await responses.WriteAsync(response, cancellationToken);
                if (finished) return;
                told = all;
                await Task.WhenAny(changed, above.Reader.WaitToReadAsync(stop.Token).AsTask(), Task.Delay(Look, time, stop.Token));
                cancellationToken.ThrowIfCancellationRequested();
                // What comes in bursts is told once a moment.
                await Task.Delay(Look / 10, time, cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskAboveAsync(Guid id, ChannelWriter<ServerVerification> above, CancellationToken cancellationToken)
    {
        try
        {
            await upward.AskAsync(new VerifyUpwardRequest { VerificationId = Positions.Id(id) }, above, cancellationToken);
        }
        finally
        {
            above.TryComplete();
        }
    }

    /// <summary>The servers at and below this one that are to answer, and what they are told: nobody named means everybody. Those above answer in any case.</summary>
    private (IReadOnlyList<Guid> Below, IReadOnlyList<Guid> Named) Choose(ServedView view, string name)
    {
        if (name.Length == 0)
            return (directory.All().Select(sample => Positions.Id(sample.Status.Server.ServerId, "server")).Concat(view.Servers.Keys).Append(self.Id).Distinct().Where(server => IsBelow(view, server)).ToArray(), []);
        var path = PathUp(view, Find(view, name)).TakeWhile(server => server != self.Id).Append(self.Id).ToArray();
        if (IsBelow(view, path[0])) return (path, path);
        // Who stands above answers on the way up in any case.
        if (PathUp(view, self.Id).Contains(path[0])) return ([self.Id], [self.Id]);
        throw Refusal.Precondition($"'{name}' stands neither below {self.Name} nor above it: ask the root, or '{name}' itself.");
    }

    private bool IsBelow(ServedView view, Guid server) => server == self.Id || PathUp(view, server).Contains(self.Id);

    private IEnumerable<Guid> PathUp(ServedView view, Guid server)
    {
        var passed = new HashSet<Guid>();
        for (Guid? at = server; at is { } step && step != Guid.Empty && passed.Add(step); at = ParentOf(view, step)) yield return step;
    }

    // What a server says of itself is newer than what the log says of it.
    private Guid? ParentOf(ServedView view, Guid server) =>
        directory.All().FirstOrDefault(sample => Positions.Id(sample.Status.Server.ServerId, "server") == server).Status?.Server.ParentId is { Length: 16 } parent
            ? Positions.Id(parent, "parent")
            : view.Servers.GetValueOrDefault(server)?.ParentId;

    private VerifiedServer Judge(ServedView view, ServerVerification server, ServerVerification? own, bool isSilent)
    {
        var judged = new VerifiedServer { Verification = server, Parent = NameOfParent(view, server) };
        judged.Outcome = server.State switch
        {
            VerificationState.Sound => Compare(server, own, judged),
            VerificationState.Rotten => VerificationOutcome.Different,
            VerificationState.Failed => VerificationOutcome.Unreachable,
            _ when isSilent => VerificationOutcome.Unreachable,
            _ => VerificationOutcome.Running,
        };
        if (judged.Outcome == VerificationOutcome.Unreachable && server.Reason.Length == 0)
        {
            judged.Verification = server.Clone();
            judged.Verification.Reason = $"It said nothing for {Silence.TotalSeconds:0} seconds: it is down, not connected, or of a version that does not verify. `hierarchy servers list` shows when it was last heard of.";
        }

        return judged;
    }

    private VerificationOutcome Compare(ServerVerification server, ServerVerification? own, VerifiedServer judged)
    {
        if (own is null || own.State == VerificationState.Running) return VerificationOutcome.Running;
        var position = server.Position.ToDomain();
        if (own.Position.ToDomain() == position)
        {
            var theirs = server.Kinds.ToDictionary(kind => kind.Kind);
            var mine = own.Kinds.ToDictionary(kind => kind.Kind);
            judged.DifferentKinds.Add(theirs.Keys.Union(mine.Keys).Order().Where(kind => !Equals(theirs.GetValueOrDefault(kind), mine.GetValueOrDefault(kind))));
            return server.Digest == own.Digest && server.Count == own.Count && IsSameOverlay(server.Overlay, own.Overlay) ? VerificationOutcome.Equal : VerificationOutcome.Different;
        }

        return feed.CheckpointAt(position) is not { } checkpoint ? VerificationOutcome.Sound
            : checkpoint.Count == server.Count && RecordVerifier.Short(checkpoint.Digest.Span) == server.Digest ? VerificationOutcome.Equal : VerificationOutcome.Different;
    }

    // Of servers that serve other decisions, or older ones, the rows equal the checkpoint that came from who decides: nothing here says otherwise.
    private static bool IsSameOverlay(OverlayVerification? theirs, OverlayVerification? own) =>
        theirs is null || own is null || !theirs.Position.Equals(own.Position) || (theirs.Count == own.Count && theirs.Digest == own.Digest);

    private string NameOfParent(ServedView view, ServerVerification server)
    {
        if (server.ServerId.Length != 16 || ParentOf(view, Positions.Id(server.ServerId, "server")) is not { } parent) return "";
        return view.Servers.GetValueOrDefault(parent)?.Name ?? directory.All().FirstOrDefault(sample => Positions.Id(sample.Status.Server.ServerId, "server") == parent).Status?.Server.Name ?? "";
    }

    private ServerVerification Unheard(ServedView view, Guid server) => new()
    {
        ServerId = Positions.Id(server),
        ServerName = view.Servers.GetValueOrDefault(server)?.Name ?? directory.All().FirstOrDefault(sample => Positions.Id(sample.Status.Server.ServerId, "server") == server).Status?.Server.Name ?? server.ToString(),
        State = VerificationState.Running,
    };

    private static string KeyOf(ServerVerification server) => server.ServerId.Length == 16 ? Positions.Id(server.ServerId, "server").ToString() : server.ServerName;

    private static Guid Find(ServedView view, string text)
    {
        var found = view.Servers.Values.Where(server => string.Equals(server.Name, text, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length == 0 && text.Length >= ShortestPrefix)
            found = [.. view.Servers.Values.Where(server => server.Id.ToString("D").StartsWith(text, StringComparison.OrdinalIgnoreCase))];
        return found.Length switch
        {
            1 => found[0].Id,
            0 => throw Refusal.NotFound($"No server of the tree is called '{text}'. `hierarchy servers list` lists them."),
            _ => throw Refusal.Invalid($"'{text}' means several servers: {string.Join(", ", found.OrderBy(server => server.Id).Select(server => $"{server.Name} ({server.Id:D})"))}. Give the id."),
        };
    }
}
