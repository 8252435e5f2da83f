using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Courier;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Courier;

/// <summary>Takes the reports of a server without a connection, as the roll-up takes those of one that has one: merged, numbered, and acknowledged with the next file that goes down.</summary>
internal sealed partial class StatusImport(IReportStore reports, ServerDirectory directory, ServerIdentity self, ServerOptions options, ILogger<StatusImport> logger)
{
    private const int MostRows = 50_000;
    private const int MostServers = 20_000;

    /// <summary>Takes a file; again changes nothing.</summary>
    /// <exception cref="IntegrityException">The file is damaged; what was taken before that stays, and is merged.</exception>
    public async Task<ImportFinished> TakeAsync(CourierArrival arrival, Action<CourierProgress> progress, CancellationToken cancellationToken)
    {
        var (header, standing) = (arrival.Header, arrival.Header.Standing);
        var serverId = Positions.Id(header.ServerId, "server");
        var incarnation = Positions.Id(standing.OutboxIncarnation, "outbox");
        if (serverId == self.Id) throw Refusal.Precondition("These are this server's own reports. Import them at the root, or at another server above.");
        var received = (await reports.FindChildAsync(serverId.ToString("D"), incarnation, cancellationToken))?.Received ?? 0;
        // In between, reports were at the root once. An intermediate server may miss them; a root that does has lost them, by a restore.
        if (options.RoleValue == ServerRole.Root && received < standing.ReportsAfter)
            throw Refusal.Precondition($"This file begins after report {standing.ReportsAfter} of server {header.ServerName}, and this root has them up to {received} only. Make it there with `hierarchy export --status FILE --all`.");

        var finished = new ImportFinished { MadeBy = header.ServerName };
        var (last, done) = (standing.ReportsAfter, 0L);
        await foreach (var frame in arrival.FramesAsync(cancellationToken))
        {
            switch (frame.Type)
            {
                case CourierFrameType.Held:
                    break;
                case CourierFrameType.Reports:
                    var batch = CourierHeaders.Parse(ReportBatch.Parser, frame);
                    if (batch.Through <= last || batch.Computers.Count + batch.Statuses.Count > MostRows)
                        throw new IntegrityException($"The status file holds reports up to {batch.Through} after those up to {last}, or too many at once. Export it anew.");
                    last = batch.Through;
                    finished.ReportsMerged += await MergeAsync(serverId, incarnation, batch, cancellationToken);
                    done += batch.Computers.Count + batch.Statuses.Count;
                    progress(new CourierProgress { Phase = "reports", Done = done });
                    break;
                case CourierFrameType.Servers:
                    var statuses = CourierHeaders.Parse(ServerStatuses.Parser, frame);
                    if (statuses.Servers.Count > MostServers) throw new IntegrityException($"The status file names more than {MostServers} servers.");
                    directory.Update(statuses.Servers);
                    break;
                default:
                    throw new IntegrityException($"The status file holds a frame of type {frame.Type}, where none can be. Export it anew, and compare the versions of both servers.");
            }
        }

        Log.Imported(logger, header.ServerName, last, finished.ReportsMerged);
        return finished;
    }

    private async Task<int> MergeAsync(Guid serverId, Guid incarnation, ReportBatch batch, CancellationToken cancellationToken)
    {
        var child = ReportMessages.ToDomain(batch, serverId.ToString("D"), incarnation);
        return await reports.MergeAsync(batch.Computers.Select(ReportMessages.ToDomain).ToArray(), batch.Statuses.Select(ReportMessages.ToDomain).ToArray(), child, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1672, Level = LogLevel.Information, Message = "The reports of server {Server} up to {Through} were imported; {Merged} were new.")]
        public static partial void Imported(ILogger logger, string server, long through, long merged);
    }
}
