using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Courier;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;
using Checkpoint = Hierarchy.Domain.Changes.Checkpoint;
using Position = Hierarchy.Domain.Changes.Position;

namespace Hierarchy.Server.Courier;

/// <summary>Makes files that carry this server's log, and content with it, to a server without a connection.</summary>
internal sealed class CourierExport(
    ILogReader log, ServedLogs logs, FeedSource feed, IReportStore reports, CourierContent content, ServerIdentity self, DataDirectory data, TimeProvider time)
{
    private readonly CourierSource _log = new(log, head => CheckpointOf(log, head, time));

    /// <summary>Writes a file.</summary>
    /// <param name="request">What it carries.</param>
    /// <param name="output">Where to.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<ExportFinished> WriteAsync(ExportRequest request, Stream output, Action<CourierProgress> progress, CancellationToken cancellationToken)
    {
        var need = request.Since.IsEmpty ? null : CourierNeed.Read(request.Since.Span);
        var (from, everythingInstead) = Place(need, request.CatalogOnly);
        var (files, missing) = request.Content ? content.Choose(need?.Held ?? new HashSet<Guid>()) : ([], 0);
        await using var spool = new CourierSpool(data.File("courier-work"));
        var state = await _log.ReadAsync(
            from, request.CatalogOnly, spool.Clear, spool.AddAsync, records => progress(new CourierProgress { Phase = "records", Done = records }), cancellationToken);
        state = state with { Ancestry = feed.Ancestry };

        using var writer = new CourierWriter(output);
        var header = CourierHeaders.Of(CourierKind.Log, self, time.GetUtcNow());
        header.Log = CourierHeaders.ToProto(state);
        header.Log.Files = files.Count;
        header.Log.FileBytes = files.Sum(file => file.Size);
        header.Log.Acknowledgement = await AcknowledgeAsync(need, cancellationToken);
        await writer.WriteAsync(CourierFrameType.Header, header, cancellationToken);
        await foreach (var message in spool.ReadAsync(cancellationToken))
            await writer.WriteAsync(CourierFrameType.Feed, message, cancellationToken);
        var done = 0L;
        foreach (var file in files)
            await content.WriteAsync(
                writer, file, bytes => progress(new CourierProgress { Phase = "content", Done = done += bytes, Total = header.Log.FileBytes }), cancellationToken);

        var sha256 = await writer.EndAsync(cancellationToken);
        return new ExportFinished
        {
            Bytes = writer.Length,
            Sha256 = Google.Protobuf.ByteString.CopyFrom(sha256),
            From = state.From.ToProto(),
            To = state.Checkpoint.Position.ToProto(),
            Records = state.Records,
            Files = files.Count,
            FileBytes = header.Log.FileBytes,
            FilesMissing = missing,
            EverythingInstead = everythingInstead,
        };
    }

    // An authority issues what a mirror has kept.
    private static Checkpoint? CheckpointOf(ILogReader log, LogHead head, TimeProvider time) => log is IMirrorLog mirror
        ? mirror.Checkpoint is { } kept && kept.Position == head.Position ? kept : null
        : new Checkpoint(head.Position, head.Count, head.Digest, time.GetUtcNow(), ReadOnlyMemory<byte>.Empty);

    /// <summary>Where the file begins, for the server that needs it.</summary>
    private (Position From, bool EverythingInstead) Place(CourierNeed? need, bool catalogOnly)
    {
        if (logs.Overlay is not null && !catalogOnly)
            throw Refusal.Precondition("This server serves the decisions of an autonomous server, and the log that is carried holds those of the root: export from a server above the autonomous one, or with --catalog-only.");
        if (log.Head.Position.IsEmpty) throw Refusal.Precondition("This server has nothing to export yet: wait until it has caught up with its parent.");
        var there = need?.Header.Standing.Position.ToDomain() ?? Position.Empty;
        if (there.IsEmpty) return (Position.Empty, false);
        var name = need!.Header.ServerName; // A position comes with one.
        if (there.Log != _log.IdOf(catalogOnly))
            throw Refusal.Precondition(there.Log == _log.IdOf(!catalogOnly)
                ? $"Server {name} holds {(catalogOnly ? "the whole log, and not the catalog alone: export without" : "the catalog alone: export with")} --catalog-only."
                : $"Server {name} mirrors log {there.Log}, and this server has {log.Head.Position.Log}. Export from a server of its own tree, or have it begin anew: on an empty data directory, with a file made with --all.");
        return _log.Locate(there, catalogOnly) switch
        {
            PositionStanding.Valid => (there with { Log = log.Head.Position.Log }, false),
            PositionStanding.BelowFloor => (Position.Empty, true),
            PositionStanding.Behind => throw Refusal.Precondition($"Server {name} is at {there}, ahead of this server at {log.Head.Position}. Nobody goes back: export from a server that has come further, or wait."),
            _ => throw Refusal.Precondition($"Server {name} is at {there}, in a history that is not this server's any more (a restore, or another root). Make a file with --all."),
        };
    }

    private async Task<CourierAcknowledgement?> AcknowledgeAsync(CourierNeed? need, CancellationToken cancellationToken)
    {
        if (need is null || need.Header.Standing.OutboxIncarnation.Length != 16) return null;
        var child = await reports.FindChildAsync(Positions.Id(need.Header.ServerId, "server").ToString("D"), Positions.Id(need.Header.Standing.OutboxIncarnation, "outbox"), cancellationToken);
        if (child is null) return null;
        var acknowledgement = new CourierAcknowledgement
        {
            ServerId = need.Header.ServerId,
            OutboxIncarnation = need.Header.Standing.OutboxIncarnation,
            ReceivedThrough = child.Received,
            RootedThrough = Math.Min(child.Rooted, child.Received),
        };
        if (reports.RootLife is var life && life != Guid.Empty) acknowledgement.RootLife = Positions.Id(life);
        if (child.Chapter != Guid.Empty) acknowledgement.Chapter = Positions.Id(child.Chapter);
        return acknowledgement;
    }
}
