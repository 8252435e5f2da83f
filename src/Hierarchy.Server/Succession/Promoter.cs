using System.Runtime.CompilerServices;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Secrets;
using ServerRole = Hierarchy.Server.Hosting.ServerRole;

namespace Hierarchy.Server.Succession;

/// <summary>
/// Makes this server the root. A replica stops following, proves its rows once more against their checkpoint, writes its new role, and is put together anew; what it had staged is dropped. A
/// root that decides nothing does the same without the proof. Killed at any moment it is either what it was, or the root. A replica below an autonomous server gives up that server's decisions by it:
/// only if it is told to, and they are kept before as a loss.
/// </summary>
internal sealed partial class Promoter(
    ILogReader log, DataDirectory data, ServerOptions options, ServerIdentity self, TreeSecretStore secrets, StartAgain again, ViewPublisher views, ILostStore lost, TimeProvider time,
    ILogger<Promoter> logger, ReplicaRole? replica = null, OverlayMirror? overlay = null) : IDisposable
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 << 20;

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    /// <summary>What a promotion would mean now.</summary>
    public async Task<GetPromotionOutlookResponse> LookAheadAsync(CancellationToken cancellationToken)
    {
        var position = log.Head.Position;
        var outlook = new GetPromotionOutlookResponse
        {
            ServerId = Positions.Id(self.Id),
            ServerName = self.Name,
            IsRoot = data.Role == ServerRole.Root && data.Superseded is null,
            ReadOnly = data.Superseded?.Reason ?? "",
            Position = position.ToProto(),
            HeardHead = position.Sequence,
            Obstacle = Obstacle() ?? "",
            Overlay = overlay?.Carried is { } carried ? DescribeOverlay(carried) : "",
        };
        if (replica is not null)
        {
            var following = replica.Following;
            outlook.HeardHead = Math.Max(position.Sequence, following.Target);
            outlook.ParentUrl = following.Parent?.Url.ToString() ?? "";
            outlook.IsLive = following.Phase == Replication.Follower.FollowerPhase.Live;
            if (following.Checkpoint is { } checkpoint) outlook.CheckpointTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(checkpoint.Time);
        }

        outlook.LacksSecret = secrets.Current is null && await HoldsSealedKeysAsync(cancellationToken);
        return outlook;
    }

    /// <summary>Decides it, durably; the server starts again as the root.</summary>
    /// <param name="requestedBy">For the log.</param>
    /// <param name="dropsOverlay">What an autonomous server decided is to count no more here.</param>
    /// <param name="cancellationToken">Stops while nothing has begun.</param>
    /// <returns>Where the new reign begins.</returns>
    public async Task<Position> PromoteAsync(string requestedBy, bool dropsOverlay, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (Obstacle() is { } obstacle) throw Refusal.Precondition(obstacle);
            if (overlay?.Carried is { } carried && !dropsOverlay) throw Refusal.Precondition(DescribeOverlay(carried));
            return data.Superseded is { } superseded && data.Role == ServerRole.Root ? PromoteRoot(superseded, requestedBy) : await PromoteReplicaAsync(requestedBy);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private string? Obstacle() => (data.Role, data.Superseded) switch
    {
        _ when again.IsWanted => "This server is being put together anew; ask again in a moment.",
        (ServerRole.Root, null) => "This server is the root, and decides.",
        (ServerRole.Root, _) => null,
        (ServerRole.Replica, _) when log.Head.Position.IsEmpty => "This replica has taken nothing from its parent yet: there is nothing to go on with. Promote another one, or restore the root from a backup.",
        (ServerRole.Replica, _) => null,
        _ => "Only a replica, or a root that was superseded, can be promoted.",
    };

    private Position PromoteRoot(Supersession superseded, string requestedBy)
    {
        var parents = superseded.GrpcUrl.Length > 0 ? new[] { superseded.GrpcUrl } : [];
        return Decide(new Promotion(time.GetUtcNow(), requestedBy, "root", superseded.Epoch, parents, Epoch: null));
    }

    private async Task<Position> PromoteReplicaAsync(string requestedBy)
    {
        // From here on not cancelled: whoever goes away now would not know what it is. A site without a connection follows nobody.
        var parents = options.Parents.Select(parent => parent.ToString()).Concat(replica?.ParentUrl is { } url ? [url.ToString()] : []).Distinct().ToArray();
        if (replica is not null) await replica.StopFollowingAsync();
        if (overlay is not null) await overlay.StopAsync();
        try
        {
            await ProveAsync();
            if (overlay?.Carried is { } carried) await KeepAsync(carried);
            return Decide(new Promotion(time.GetUtcNow(), requestedBy, "replica", log.Head.Position.Epoch, parents, Epoch: null));
        }
        finally
        {
            if (!again.IsWanted)
            {
                overlay?.Start();
                replica?.Follow();
            }
        }
    }

    private string DescribeOverlay(ILogReader carried) =>
        $"This replica serves the decisions of {NameOfDecider()} (log {carried.Head.Position.Log}, {carried.Head.Count} records); as the root it would offer its computers what the tree's own root approved instead. Promote a replica that follows the root itself, or say --drop-overlay: those decisions are then kept here, in `hierarchy servers lost`.";

    private string NameOfDecider() => views.View.DeciderOf(self.Id) is { IsAutonomous: true } decider ? $"the autonomous server {decider.Name}" : "an autonomous server";

    // The server that made these decisions may be as lost as the root is: then this is the last copy.
    private async Task KeepAsync(ILogReader carried)
    {
        var head = carried.Head;
        var loss = new Domain.Changes.Loss(
            0, time.GetUtcNow(), $"This server was promoted to be the root and serves the decisions of {NameOfDecider()} no more.", head.Position, Common: 0, log.Head.Position, Records: 0);
        var id = await lost.KeepAsync(loss, PagesOf(carried), CancellationToken.None);
        Log.Dropped(logger, head.Position, id);
    }

    private Position Decide(Promotion promotion)
    {
        data.Promote(promotion);
        Log.Decided(logger, promotion.By, log.Head.Position);
        again.Request();
        return log.Head.Position;
    }

    // What it goes on with is served to everybody below from now on, and no other server can say any more that a row is wrong.
    private async Task ProveAsync()
    {
        var head = log.Head;
        var digest = new LogDigest();
        var count = 0L;
        await foreach (var page in PagesOf(log))
        {
            digest.AddRange(page);
            count += page.Count(record => !record.IsTombstone);
        }

        if (log.Head.Position != head.Position) throw Refusal.Precondition("An import is under way on this server. Promote it when that has ended.");
        if (count != head.Count || !digest.Matches(head.Digest.Span))
            throw Refusal.Precondition($"The records on this server's disk ({count}) are not those of its checkpoint at {head.Position} ({head.Count}): a disk has rotted, or somebody changed the file. Promote another replica, or restore the root from a backup.");
    }

    private async Task<bool> HoldsSealedKeysAsync(CancellationToken cancellationToken)
    {
        await foreach (var page in PagesOf(log, cancellationToken))
            if (page.Any(record => record is { Kind: (int)RecordKind.DecryptionKeys, IsTombstone: false }))
                return true;
        return false;
    }

    private static async IAsyncEnumerable<IReadOnlyList<ChangeRecord>> PagesOf(ILogReader log, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        LogPage page;
        var after = 0L;
        do
        {
            page = await log.ReadPageAsync(after, PageRecords, PageBytes, cancellationToken);
            yield return page.Records;
            after = page.Through;
        }
        while (!page.IsLast);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1631, Level = LogLevel.Warning, Message = "{By} promotes this server: it goes on from {Position} as the root. It is put together anew.")]
        public static partial void Decided(ILogger logger, string by, Position position);

        [LoggerMessage(EventId = 1910, Level = LogLevel.Warning, Message = "The decisions of an autonomous server, as far as {Position}, count no more here. They were kept: hierarchy servers lost --show {Loss}")]
        public static partial void Dropped(ILogger logger, Position position, long loss);
    }
}
