using Hierarchy.Content.Adoption;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Courier;
using Hierarchy.Replication.Rollup;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Hosting;
using Position = Hierarchy.Domain.Changes.Position;

namespace Hierarchy.Server.Courier;

/// <summary>Takes files that carry the log, content, and word of what the root has of this server's reports.</summary>
internal sealed partial class CourierImport(
    ILogReader log, IReportStore reports, RollupInbox inbox, ContentIntake content, ServerIdentity self, ServerOptions options, ILogger<CourierImport> logger, CourierRole? role = null)
{
    /// <summary>Takes a file. Everything that was taken is durable; a file that breaks off is taken again, and goes on.</summary>
    /// <exception cref="IntegrityException">The file is damaged, or not what it says: nothing that is served has changed, unless its log was whole and something behind it is wrong.</exception>
    public async Task<ImportFinished> TakeAsync(CourierArrival arrival, Action<CourierProgress> progress, CancellationToken cancellationToken)
    {
        if (role is null) throw Refusal.Precondition(WhyNot());
        using var turn = await role.TryEnterAsync(cancellationToken) ?? throw Refusal.Precondition("Another import is under way at this server. Wait for its end.");
        var state = CourierHeaders.ReadState(arrival.Header.Log);
        if (state.IsCatalogOnly && options.RoleValue != ServerRole.Autonomous)
            throw Refusal.Precondition("This file leaves decisions out (--catalog-only), and a replica serves those of its root: import it at an autonomous server, or export without --catalog-only.");

        var finished = new ImportFinished { Before = log.Head.Position.ToProto(), MadeBy = arrival.Header.ServerName };
        var madeBy = Positions.Id(arrival.Header.ServerId, "server");
        var importer = role.NewImporter(new ServerIdentity(madeBy, arrival.Header.ServerName, ContentUrl: ""));
        var verdict = await importer.BeginAsync(state, cancellationToken);
        if (verdict == CourierVerdict.Refused) throw Refusal.Precondition(importer.Reason);
        await using var files = new FileTaker(content, finished);
        await foreach (var frame in arrival.FramesAsync(cancellationToken))
        {
            switch (frame.Type)
            {
                case CourierFrameType.Feed when verdict == CourierVerdict.Fits:
                    await importer.TakeAsync(frame, cancellationToken);
                    progress(new CourierProgress { Phase = "records", Done = importer.Taken + importer.Passed, Total = state.Records });
                    if (importer.IsDone) await role.RememberAsync(madeBy, cancellationToken);
                    break;
                case CourierFrameType.Feed:
                    break;
                case CourierFrameType.File or CourierFrameType.FileBytes when importer.IsDone:
                    await files.TakeAsync(frame, $"the courier file of {arrival.Header.ServerName}", cancellationToken);
                    progress(new CourierProgress { Phase = "content", Done = files.Bytes, Total = arrival.Header.Log.FileBytes });
                    break;
                default:
                    throw new IntegrityException($"The courier file holds a frame of type {frame.Type} where none can be. Export it anew, and compare the versions of both servers.");
            }
        }

        files.Complete();
        if (!importer.IsDone) throw new IntegrityException("The courier file ends before its log does. Nothing of it is served; export it anew.");
        await AcknowledgeAsync(arrival.Header.Log.Acknowledgement, finished, cancellationToken);
        finished.After = log.Head.Position.ToProto();
        finished.Records = importer.Taken;
        finished.RecordsPassed = verdict == CourierVerdict.AlreadyThere ? state.Records : importer.Passed;
        Log.Imported(logger, arrival.Header.ServerName, log.Head.Position, finished.Records, finished.FilesStored);
        return finished;
    }

    private string WhyNot() => options.RoleValue == ServerRole.Root
        ? "This server is a root: its log comes from nobody. Reports are imported here with `hierarchy import --status FILE`."
        : $"This server follows {options.Parent} by itself. A server that takes its log from files is started with --parent courier.";

    /// <summary>What the root has of this server's reports is not sent again.</summary>
    private async Task AcknowledgeAsync(CourierAcknowledgement? acknowledgement, ImportFinished finished, CancellationToken cancellationToken)
    {
        if (acknowledgement is null || Positions.Id(acknowledgement.ServerId, "server") != self.Id) return;
        if (Positions.Id(acknowledgement.OutboxIncarnation, "outbox") != reports.OutboxIncarnation) return; // Of a life that is over.
        var chapter = acknowledgement.Chapter.IsEmpty ? Guid.Empty : Positions.Id(acknowledgement.Chapter, "chapter");
        if (acknowledgement.ReceivedThrough > reports.OutboxHead || (chapter != Guid.Empty && chapter != reports.ChapterOf(acknowledgement.ReceivedThrough)))
        {
            // This server's reports were taken back to an earlier state: its numbers mean something else above.
            Log.Renewed(logger, acknowledgement.ReceivedThrough, reports.OutboxHead);
            await reports.RenewOutboxAsync(cancellationToken);
            return;
        }

        var before = (reports.Rooted, reports.RootLife);
        var life = acknowledgement.RootLife.IsEmpty ? Guid.Empty : Positions.Id(acknowledgement.RootLife, "root's life");
        await reports.AcknowledgeAsync(acknowledgement.ReceivedThrough, acknowledgement.RootedThrough, life, cancellationToken);
        finished.ReportsRooted = Math.Max(0, reports.Rooted - before.Rooted);
        if (before != (reports.Rooted, reports.RootLife)) inbox.OnRooted();
    }

    /// <summary>Content files in a row: each is begun, filled and ended before the next.</summary>
    private sealed class FileTaker(ContentIntake intake, ImportFinished finished) : IAsyncDisposable
    {
        private ContentArrival? _arrival;
        private long _left;
        private string _name = "";

        /// <summary>Bytes that came.</summary>
        public long Bytes { get; private set; }

        public async Task TakeAsync(CourierFrame frame, string origin, CancellationToken cancellationToken)
        {
            if (frame.Type == CourierFrameType.File)
            {
                Complete();
                Begin(CourierHeaders.Parse(CourierFile.Parser, frame));
            }
            else
            {
                _left -= frame.Body.Length;
                if (_left < 0 || frame.Body.IsEmpty) throw Wrong("is longer than it says");
                if (_arrival is not null) await _arrival.AppendAsync(frame.Body, cancellationToken);
                Bytes += frame.Body.Length;
            }

            if (_left > 0 || _arrival is null) return;
            await _arrival.CompleteAsync(origin, cancellationToken);
            await DisposeAsync();
            finished.FilesStored++;
        }

        /// <summary>The file that was begun is whole.</summary>
        public void Complete()
        {
            if (_left > 0) throw Wrong("is cut off");
        }

        public async ValueTask DisposeAsync()
        {
            if (_arrival is not null) await _arrival.DisposeAsync();
            _arrival = null;
        }

        private void Begin(CourierFile file)
        {
            if (file.Sha1.Length != Sha1Digest.Length || file.Size < 0) throw new IntegrityException("The courier file holds content without a name. Export it anew.");
            var sha1 = new Sha1Digest(file.Sha1.Span);
            (_name, _left) = (sha1.ToString(), file.Size);
            switch (intake.Begin(sha1, out _arrival))
            {
                case IntakeAnswer.AlreadyHere:
                    finished.FilesPresent++;
                    break;
                case IntakeAnswer.Unknown:
                    finished.FilesUnknown++;
                    break;
            }
        }

        private IntegrityException Wrong(string what) => new($"Content {_name} in the courier file {what}. The log and the files before it were taken; export it anew for the rest.");
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1670, Level = LogLevel.Information, Message = "A courier file of {Server} was imported: position {Position}, {Records} records and {Files} content files taken.")]
        public static partial void Imported(ILogger logger, string server, Position position, long records, long files);

        [LoggerMessage(EventId = 1671, Level = LogLevel.Warning, Message = "A server above has reports of this one up to {Received}, and only {Head} were numbered here: they begin a new life, and all are exported again.")]
        public static partial void Renewed(ILogger logger, long received, long head);
    }
}
