using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Courier;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Roles;
using Position = Hierarchy.Domain.Changes.Position;

namespace Hierarchy.Server.Courier;

/// <summary>Makes the files that go up from a server without a connection: where it stands, and what its computers reported.</summary>
internal sealed class StatusExport(
    ILogReader log, IReportStore reports, CourierContent content, StatusSampler sampler, ServerDirectory directory, ServerIdentity self, TimeProvider time, CourierRole? role = null)
{
    private const int BatchRows = 2000;
    private const int BatchBytes = 256 * 1024;

    /// <summary>Writes a position or a status file.</summary>
    public async Task<ExportFinished> WriteAsync(ExportRequest request, Stream output, Action<CourierProgress> progress, CancellationToken cancellationToken)
    {
        if (role is null)
            throw Refusal.Precondition("This server follows nobody by courier: one with a parent reports to it and follows it by itself, and a root has nobody above. Ask the server that was started with --parent courier.");
        var position = (log as IMirrorLog)?.Checkpoint?.Position ?? Position.Empty;
        var isStatus = request.Kind == CourierKind.Status;
        var after = request.AllReports ? 0 : reports.Rooted;
        // The store is told what whoever takes the file is taken to have: only then are its pages whole for him.
        if (isStatus) await reports.AcknowledgeAsync(after, Math.Min(after, reports.Rooted), Guid.Empty, cancellationToken);
        var through = reports.OutboxHead;

        using var writer = new CourierWriter(output);
        var header = CourierHeaders.Of(request.Kind, self, time.GetUtcNow());
        header.Standing = new CourierStanding { Position = position.ToProto(), OutboxIncarnation = Positions.Id(reports.OutboxIncarnation), RootedThrough = reports.Rooted };
        if (isStatus) (header.Standing.ReportsAfter, header.Standing.ReportsThrough) = (after, through);
        await writer.WriteAsync(CourierFrameType.Header, header, cancellationToken);
        await content.WriteHeldAsync(writer, cancellationToken);
        var carried = isStatus ? await WriteReportsAsync(writer, after, through, progress, cancellationToken) : 0;
        if (isStatus)
        {
            var servers = new ServerStatuses { Servers = { directory.Fresh() } };
            servers.Servers.Add(sampler.Sample());
            await writer.WriteAsync(CourierFrameType.Servers, servers, cancellationToken);
        }

        var sha256 = await writer.EndAsync(cancellationToken);
        return new ExportFinished { Bytes = writer.Length, Sha256 = Google.Protobuf.ByteString.CopyFrom(sha256), To = position.ToProto(), Reports = carried };
    }

    /// <summary>Everything up to a number; what changes meanwhile moves behind it, and is in the next file.</summary>
    private async Task<long> WriteReportsAsync(CourierWriter writer, long after, long through, Action<CourierProgress> progress, CancellationToken cancellationToken)
    {
        var (from, carried) = (after, 0L);
        while (from < through)
        {
            var page = await reports.ReadOutboxAsync(from, BatchRows, BatchBytes, cancellationToken);
            if (page.IsEmpty) break;
            await writer.WriteAsync(CourierFrameType.Reports, ReportMessages.ToProto(page, reports.ChapterOf), cancellationToken);
            from = page.Through;
            carried += page.Computers.Count + page.Statuses.Count;
            progress(new CourierProgress { Phase = "reports", Done = carried });
        }

        return carried;
    }
}
