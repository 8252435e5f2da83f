using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Replication.Rollup;

/// <summary>Hands this server's outbox, and how it is doing, to its parent, for as long as it runs: gives a <see cref="RollupMachine"/> the acknowledgements, and does what it says.</summary>
public sealed partial class RollupLoop
{
    private readonly IReportStore _reports;
    private readonly ServerIdentity _self;
    private readonly Func<Uri> _parent;
    private readonly Func<IReadOnlyList<ServerStatus>> _sample;
    private readonly RollupOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;

    /// <summary>Makes a loop; <see cref="RunAsync"/> runs it.</summary>
    /// <param name="reports">The outbox.</param>
    /// <param name="self">Who reports.</param>
    /// <param name="parent">Where the parent's gRPC answers; asked before every call, and whenever a sample is due: another answer ends the call.</param>
    /// <param name="sample">How this server and those below are doing.</param>
    /// <param name="options">Batches and waits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Says when the parent is lost and found.</param>
    public RollupLoop(
        IReportStore reports, ServerIdentity self, Func<Uri> parent, Func<IReadOnlyList<ServerStatus>> sample, RollupOptions options, TimeProvider time, ILogger<RollupLoop> logger)
    {
        _reports = reports;
        _self = self;
        _parent = parent;
        _sample = sample;
        _options = options;
        _time = time;
        _logger = logger;
        _backoff = new Backoff(options.FirstDelay, options.LongestDelay, Random.Shared.NextDouble);
    }

    /// <summary>After the root's acknowledgement was kept; children of this server want to know.</summary>
    public event Action? Rooted;

    /// <summary>The parent asks this server to verify its records, and to pass the question on. Handlers hand over and return.</summary>
    public event Action<VerificationQuestion>? Asked;

    /// <summary>The parent says how servers elsewhere are; null when the call ends, and what it said holds no longer. Handlers hand over and return.</summary>
    public event Action<IReadOnlyList<ServerSummary>?>? Elsewhere;

    /// <summary>What is said upward of verifications, beside the statuses.</summary>
    public Func<IReadOnlyList<VerificationReport>>? Verifications { get; set; }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var parent = _parent();
            TimeSpan delay;
            try
            {
                await CallAsync(parent, cancellationToken);
                delay = _backoff.Next();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception exception) when (exception is IntegrityException)
            {
                Log.Wrong(_logger, parent, exception.Message);
                delay = _backoff.Longest();
            }
            catch (Exception exception) when (exception is RpcException or UnavailableException or IOException or HttpRequestException or OperationCanceledException)
            {
                Log.Lost(_logger, parent, exception.Message);
                delay = _backoff.Next();
            }

            await Task.Delay(delay, _time, cancellationToken);
        }
    }

    private async Task CallAsync(Uri parent, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(parent);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = new RollupService.RollupServiceClient(channel).Rollup(cancellationToken: stop.Token);
        var news = Channel.CreateUnbounded<News>(new UnboundedChannelOptions { SingleReader = true });
        void OnChanged(long head) => news.Writer.TryWrite(new News.Grown(head));

        _reports.Changed += OnChanged;
        var hearing = HearAsync(call.ResponseStream, news.Writer, stop.Token);
        using var ticker = _time.CreateTimer(_ => news.Writer.TryWrite(News.Sample), null, TimeSpan.Zero, _options.StatusInterval);
        try
        {
            await call.RequestStream.WriteAsync(
                new RollupRequest { Started = new RollupStarted { ServerId = Positions.Id(_self.Id), ServerName = _self.Name, OutboxIncarnation = Positions.Id(_reports.OutboxIncarnation) } },
                cancellationToken);
            var machine = new RollupMachine(_reports.OutboxHead, _options.BatchesAhead, _reports.ChapterOf);
            await foreach (var item in news.Reader.ReadAllAsync(cancellationToken))
            {
                // Another server is followed now, and reports go the way that records come. Otherwise two servers that once began to report to each other would do so for ever.
                if (ReferenceEquals(item, News.Sample) && _parent() != parent) return;
                await TakeAsync(machine, item, call.RequestStream, parent, cancellationToken);
            }
        }
        finally
        {
            _reports.Changed -= OnChanged;
            await stop.CancelAsync();
            await hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Elsewhere?.Invoke(null);
        }
    }

    private async Task TakeAsync(RollupMachine machine, News item, IClientStreamWriter<RollupRequest> parent, Uri url, CancellationToken cancellationToken)
    {
        switch (item)
        {
            case News.Acknowledged acknowledged:
                var wasOpen = machine.IsOpen;
                var effects = machine.OnAcknowledged(acknowledged.Received, acknowledged.Rooted, acknowledged.RootLife, acknowledged.Chapter);
                if (machine.IsOpen && !wasOpen)
                {
                    Log.Found(_logger, url, acknowledged.Received);
                    _backoff.Reset();
                }

                await ExecuteAsync(machine, effects, parent, cancellationToken);
                break;
            case News.Grown grown:
                await ExecuteAsync(machine, machine.OnGrown(grown.Head), parent, cancellationToken);
                break;
            default:
                if (!machine.IsOpen) break;
                var statuses = new ServerStatuses();
                statuses.Servers.Add(_sample());
                if (Verifications is { } verifications) statuses.Verifications.Add(verifications());
                await parent.WriteAsync(new RollupRequest { Servers = statuses }, cancellationToken);
                break;
        }
    }

    private async Task ExecuteAsync(RollupMachine machine, IReadOnlyList<RollupEffect> effects, IClientStreamWriter<RollupRequest> parent, CancellationToken cancellationToken)
    {
        var open = new Queue<RollupEffect>(effects);
        while (open.TryDequeue(out var effect))
        {
            switch (effect)
            {
                case RollupEffect.Read read:
                    foreach (var next in machine.OnRead(await _reports.ReadOutboxAsync(read.After, _options.BatchRows, _options.BatchBytes, cancellationToken)))
                        open.Enqueue(next);
                    break;
                case RollupEffect.Send send:
                    await parent.WriteAsync(new RollupRequest { Batch = ReportMessages.ToProto(send.Page, _reports.ChapterOf) }, cancellationToken);
                    break;
                case RollupEffect.Acknowledge acknowledged:
                    var before = (_reports.Rooted, _reports.RootLife);
                    await _reports.AcknowledgeAsync(acknowledged.Received, acknowledged.Rooted, acknowledged.RootLife, cancellationToken);
                    if (before != (_reports.Rooted, _reports.RootLife)) Rooted?.Invoke();
                    break;
                case RollupEffect.Renew renew:
                    Log.TakenBack(_logger, renew.Received, _reports.OutboxHead);
                    await _reports.RenewOutboxAsync(cancellationToken);
                    throw new UnavailableException("the outbox begins a new life");
            }
        }
    }

    private async Task HearAsync(IAsyncStreamReader<RollupResponse> responses, ChannelWriter<News> news, CancellationToken cancellationToken)
    {
        try
        {
            while (await responses.MoveNext(cancellationToken))
            {
                if (!responses.Current.Verify.IsEmpty)
                    Asked?.Invoke(new VerificationQuestion(Positions.Id(responses.Current.Verify, "verification"), [.. responses.Current.VerifyServers.Select(id => Positions.Id(id, "server"))]));
                if (responses.Current.Elsewhere.Count > 0) Elsewhere?.Invoke(responses.Current.Elsewhere);
                news.TryWrite(new News.Acknowledged(
                    responses.Current.ReceivedThrough, responses.Current.RootedThrough,
                    responses.Current.RootLife.IsEmpty ? Guid.Empty : Positions.Id(responses.Current.RootLife, "root's life"),
                    responses.Current.Chapter.IsEmpty ? Guid.Empty : Positions.Id(responses.Current.Chapter, "chapter")));
            }

            news.TryComplete(new UnavailableException("the parent ended the call"));
        }
#pragma warning disable CA1031 // Whatever ends the hearing ends the call: the reader of the channel gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            news.TryComplete(exception);
        }
    }

    private abstract record News
    {
        public static News Sample { get; } = new Tick();

        internal sealed record Acknowledged(long Received, long Rooted, Guid RootLife, Guid Chapter) : News;

        internal sealed record Grown(long Head) : News;

        private sealed record Tick : News;
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Information, "Reporting to {Parent}, which has the outbox up to {Received}.")]
        public static partial void Found(ILogger logger, Uri parent, long received);

        [LoggerMessage(3102, LogLevel.Warning, "Reporting to {Parent} broke off and is tried again: {Reason}")]
        public static partial void Lost(ILogger logger, Uri parent, string reason);

        [LoggerMessage(1750, LogLevel.Warning,
            "The parent has this server's reports up to {Received}, and here, with numbers up to {Head}, that one was never given or stands for something else: the report store was taken back to an earlier state. Everything is reported anew; if no backup was restored, check that no two servers run on copies of one data directory.")]
        public static partial void TakenBack(ILogger logger, long received, long head);

        [LoggerMessage(3103, LogLevel.Warning, "{Parent} answered reports wrongly: {Reason}")]
        public static partial void Wrong(ILogger logger, Uri parent, string reason);
    }
}
