using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Proto = Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Feed;

/// <summary>What a follower says of itself when it opens the feed.</summary>
/// <param name="ServerId">Who it is.</param>
/// <param name="Name">For people and logs.</param>
/// <param name="Position">What it holds durably and serves.</param>
/// <param name="StagedThrough">The end of what it has staged on top of that (or, for a snapshot, instead of it); 0 for nothing.</param>
/// <param name="StagedFloor">The floor of the source when that staging began.</param>
/// <param name="StagedHead">The highest head at which a staged page was read.</param>
/// <param name="Snapshot">It wants everything, to replace what it holds.</param>
/// <param name="ReadsBrotli">Frames may be compressed.</param>
internal sealed record FollowerHello(
    Guid ServerId, string Name, Position Position, long StagedThrough, long StagedFloor, long StagedHead, bool Snapshot, bool ReadsBrotli)
{
    private const int MaxName = 256;

    /// <summary>The overlay that it follows; none for the tree's log.</summary>
    public LogId Overlay { get; init; }

    /// <summary>It knows what an overlay is.</summary>
    public bool ReadsOverlays { get; init; } = true;

    public Proto.FollowRequest ToProto()
    {
        var request = new Proto.FollowRequest
        {
            ServerId = Positions.Id(ServerId),
            ServerName = Name,
            Position = Position.ToProto(),
            StagedThrough = StagedThrough,
            StagedFloor = StagedFloor,
            StagedHead = StagedHead,
            Snapshot = Snapshot,
            ReadsOverlays = ReadsOverlays,
        };
        if (Overlay != LogId.None) request.LogId = Positions.Id(Overlay.Value);
        if (ReadsBrotli) request.Encodings.Add(Encoding.Brotli);
        return request;
    }

    /// <summary>Reads a request.</summary>
    /// <exception cref="Domain.IntegrityException">It is not one.</exception>
    public static FollowerHello From(Proto.FollowRequest request) => new(
        Positions.Id(request.ServerId, "server id"),
        request.ServerName.Length <= MaxName ? request.ServerName : request.ServerName[..MaxName],
        request.Position.ToDomain(),
        Math.Max(0, request.StagedThrough),
        Math.Max(0, request.StagedFloor),
        Math.Max(0, request.StagedHead),
        request.Snapshot,
        request.Encodings.Contains(Encoding.Brotli))
    {
        Overlay = request.LogId.IsEmpty ? LogId.None : new LogId(Positions.Id(request.LogId, "log id")),
        ReadsOverlays = request.ReadsOverlays,
    };
}
