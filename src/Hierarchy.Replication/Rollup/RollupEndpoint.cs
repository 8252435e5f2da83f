using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Rollup;

/// <summary>The parent's side: keeps what children report, durably, before it acknowledges; and tells them how far the root has it.</summary>
public sealed class RollupEndpoint(IReportStore reports, RollupInbox inbox) : RollupService.RollupServiceBase
{
    private const int MaxBatchRows = 50_000;
    private const int MaxServers = 20_000;
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(2);

    /// <summary>One child's call.</summary>
    public override async Task Rollup(IAsyncStreamReader<RollupRequest> requestStream, IServerStreamWriter<RollupResponse> responseStream, ServerCallContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, inbox.Stopping);
        try
        {
            await TakeAllAsync(requestStream, responseStream, either.Token);
        }
        catch (OperationCanceledException) when (inbox.Stopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException("Taking reports: this server stops; connect again.");
        }
    }

    private async Task TakeAllAsync(IAsyncStreamReader<RollupRequest> requestStream, IServerStreamWriter<RollupResponse> responseStream, CancellationToken cancellationToken)
    {
        if (!await requestStream.MoveNext(cancellationToken) || requestStream.Current.Started is not { } started)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "A roll-up begins with RollupStarted."));
        var serverId = Positions.Id(started.ServerId, "server").ToString("D");
        var incarnation = Positions.Id(started.OutboxIncarnation, "outbox incarnation");

        // An outbox that is not known here is asked for from its beginning.
        var known = await reports.FindChildAsync(serverId, incarnation, cancellationToken);
        var received = known?.Received ?? 0;
        using var acknowledgement = new Acknowledgement(responseStream, known?.Chapter ?? Guid.Empty);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await AcknowledgeAsync(serverId, incarnation, received, acknowledgement, stop.Token);
        var rooting = TellRootedAsync(serverId, incarnation, acknowledgement, stop.Token);
        var asking = AskAsync(acknowledgement, stop.Token);
        var telling = TellAsync(started.ServerId, acknowledgement, stop.Token);
        try
        {
            while (await requestStream.MoveNext(cancellationToken))
            {
                switch (requestStream.Current.MessageCase)
                {
                    case RollupRequest.MessageOneofCase.Batch:
                        await TakeAsync(serverId, incarnation, requestStream.Current.Batch, acknowledgement, cancellationToken);
                        break;
                    case RollupRequest.MessageOneofCase.Servers:
                        if (requestStream.Current.Servers.Servers.Count > MaxServers) throw new IntegrityException($"A roll-up names more than {MaxServers} servers.");
                        inbox.Receive(requestStream.Current.Servers);
                        break;
                    case RollupRequest.MessageOneofCase.None:
                        break; // A later version says what this one does not know.
                    default:
                        throw new RpcException(new Status(StatusCode.InvalidArgument, "After RollupStarted come batches and server statuses."));
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await rooting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TakeAsync(string serverId, Guid incarnation, ReportBatch batch, Acknowledgement acknowledgement, CancellationToken cancellationToken)
    {
        if (batch.Computers.Count + batch.Statuses.Count > MaxBatchRows) throw new IntegrityException($"A batch holds more than {MaxBatchRows} reports.");
        if (batch.Through < acknowledgement.Received) throw new IntegrityException($"A batch ends at {batch.Through}, and {acknowledgement.Received} was acknowledged in this call.");
        await reports.MergeAsync(
            batch.Computers.Select(ReportMessages.ToDomain).ToArray(),
            batch.Statuses.Select(ReportMessages.ToDomain).ToArray(),
            ReportMessages.ToDomain(batch, serverId, incarnation),
            cancellationToken);
        await AcknowledgeAsync(serverId, incarnation, batch.Through, acknowledgement, cancellationToken);
    }

    /// <summary>Tells the child when the root has more of its outbox, also when it has nothing to send.</summary>
    private async Task TellRootedAsync(string serverId, Guid incarnation, Acknowledgement acknowledgement, CancellationToken cancellationToken)
    {
        while (true)
        {
            var signal = inbox.NextRooted;
            await AcknowledgeAsync(serverId, incarnation, acknowledgement.Received, acknowledgement, cancellationToken);
            await signal.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Passes the questions of verifications down, each once a call.</summary>
    private async Task AskAsync(Acknowledgement acknowledgement, CancellationToken cancellationToken)
    {
        var asked = new HashSet<Guid>();
        while (true)
        {
            var (questions, next) = inbox.Questions;
            foreach (var question in questions)
                if (asked.Add(question.Id))
                    await acknowledgement.AskAsync(question, cancellationToken);
            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Tells how other servers are: everything once a call, then what is new.</summary>
    private async Task TellAsync(ByteString child, Acknowledgement acknowledgement, CancellationToken cancellationToken)
    {
        if (inbox.Servers is not { } read) return;
        var told = new Dictionary<ByteString, ServerSummary>();
        int? toldVersion = null;
        while (true)
        {
            var (version, servers) = read();
            if (version != toldVersion)
            {
                var news = servers.Where(server => server.ServerId != child && !server.Equals(told.GetValueOrDefault(server.ServerId))).ToArray();
                foreach (var server in news) told[server.ServerId] = server;
                if (news.Length > 0) await acknowledgement.TellAsync(news, cancellationToken);
                toldVersion = version;
            }

            await Task.Delay(TellInterval, inbox.Time, cancellationToken);
        }
    }

    private Task AcknowledgeAsync(string serverId, Guid incarnation, long received, Acknowledgement acknowledgement, CancellationToken cancellationToken) =>
        acknowledgement.SendAsync(received, () => RootedAsync(serverId, incarnation, cancellationToken), cancellationToken);

    private async ValueTask<(long Through, Guid Life)> RootedAsync(string serverId, Guid incarnation, CancellationToken cancellationToken)
    {
        // Of two roots, one after the other: what was read between them counts for neither.
        while (true)
        {
            var life = reports.RootLife;
            var rooted = (await reports.FindChildAsync(serverId, incarnation, cancellationToken))?.Rooted ?? 0;
            if (life == reports.RootLife) return (rooted, life);
        }
    }

    /// <summary>What was acknowledged in this call; takes back nothing but what another root has, and writes one answer at a time.</summary>
    private sealed class Acknowledgement(IServerStreamWriter<RollupResponse> responses, Guid chapter) : IDisposable
    {
        private Guid _chapter = chapter;
        private readonly SemaphoreSlim _oneWriter = new(1, 1);
        private long _received = -1;
        private long _rooted = -1;
        private Guid _rootLife;

        public long Received => Math.Max(0, Interlocked.Read(ref _received));

        public void Dispose() => _oneWriter.Dispose();

        /// <summary>A question beside the acknowledgements that were sent last.</summary>
        public Task AskAsync(VerificationQuestion question, CancellationToken cancellationToken) => SayAsync(
            response =>
            {
                response.Verify = Positions.Id(question.Id);
                response.VerifyServers.Add(question.Servers.Select(Positions.Id));
            },
            cancellationToken);

        /// <summary>How other servers are, beside the same.</summary>
        public Task TellAsync(IEnumerable<ServerSummary> servers, CancellationToken cancellationToken) => SayAsync(response => response.Elsewhere.Add(servers), cancellationToken);

        private async Task SayAsync(Action<RollupResponse> say, CancellationToken cancellationToken)
        {
            await _oneWriter.WaitAsync(cancellationToken);
            try
            {
                var response = Response();
                say(response);
                await responses.WriteAsync(response, cancellationToken);
            }
            finally
            {
                _oneWriter.Release();
            }
        }

        public async Task SendAsync(long received, Func<ValueTask<(long Through, Guid Life)>> readRooted, CancellationToken cancellationToken)
        {
            await _oneWriter.WaitAsync(cancellationToken);
            try
            {
                var (rooted, rootLife) = await readRooted();
                if (received <= _received && rooted <= _rooted && rootLife == _rootLife) return;
                Interlocked.Exchange(ref _received, Math.Max(_received, received));
                _rooted = rootLife == _rootLife ? Math.Max(_rooted, rooted) : rooted;
                _rootLife = rootLife;
                var response = Response();
                if (_chapter != Guid.Empty) response.Chapter = Positions.Id(_chapter);
                _chapter = Guid.Empty; // With the first one alone: what comes in this call, the child knows.
                await responses.WriteAsync(response, cancellationToken);
            }
            finally
            {
                _oneWriter.Release();
            }
        }

        private RollupResponse Response()
        {
            var response = new RollupResponse { ReceivedThrough = _received, RootedThrough = Math.Min(_rooted, _received) };
            if (_rootLife != Guid.Empty) response.RootLife = Positions.Id(_rootLife);
            return response;
        }
    }
}
