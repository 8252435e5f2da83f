using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Succession;

/// <summary>
/// At its start a root tells those that it followed before its promotion, and every server of its tree, in which epoch it reigns, each until it has answered. The same call is how a root
/// that comes back finds out that another one took its place: any server of the tree can tell it.
/// </summary>
internal sealed partial class Announcer(
    IAuthorityLog log, AuthorityStanding standing, ViewPublisher views, DataDirectory data, EnrolledServer self, TimeProvider time, ILogger<Announcer> logger) : BackgroundService
{
    private const int AtOnce = 8;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new(); // Guards the file of those who are still to be told.

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (standing.Superseded is not null) return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        void OnSuperseded(Supersession _) => stop.Cancel();
        standing.Changed += OnSuperseded;
        try
        {
            using var gate = new SemaphoreSlim(AtOnce);
            await Task.WhenAll(Targets().Select(url => TellAsync(url, gate, stop.Token)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It stops, or it is not the one to announce anything any more.
        }
        finally
        {
            standing.Changed -= OnSuperseded;
        }
    }

    private string[] Targets() =>
    [
        .. (data.Promotion?.Parents ?? [])
            .Concat(views.View.Servers.Values.Where(server => server.Id != self.Id && server.GrpcUrl.Length > 0).Select(server => server.GrpcUrl))
            .Select(url => url.TrimEnd('/')).Where(url => url != self.GrpcUrl && Uri.TryCreate(url, UriKind.Absolute, out _)).Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private async Task TellAsync(string url, SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        for (var delay = FirstDelay; !await TryTellAsync(url, gate, cancellationToken); delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
            await Task.Delay(delay * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
    }

    /// <summary>True when there is nothing to be gained from asking again.</summary>
    private async Task<bool> TryTellAsync(string url, SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            using var channel = GrpcChannel.ForAddress(url);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var timer = time.CreateTimer(_ => limit.Cancel(), null, AnswerTime, Timeout.InfiniteTimeSpan);
            var answer = await new SuccessionService.SuccessionServiceClient(channel).AnnounceAsync(Announcement(), cancellationToken: limit.Token);
            Take(answer, url);
            return true;
        }
        catch (Exception exception) when (exception is RpcException or HttpRequestException or IOException or OperationCanceledException or IntegrityException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Log.NotReached(logger, url, exception is RpcException rpc ? $"{rpc.StatusCode} {rpc.Status.Detail}" : exception.Message);
            return exception is RpcException { StatusCode: StatusCode.InvalidArgument };
        }
        finally
        {
            gate.Release();
        }
    }

    private AnnounceRequest Announcement()
    {
        var epoch = log.Epochs[^1];
        return new AnnounceRequest
        {
            LogId = Positions.Id(log.Head.Position.Log.Value),
            Epoch = epoch.Number,
            EpochId = Positions.Id(epoch.Id),
            Server = CatalogRecords.Message(self),
            BegunAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(data.Promotion?.At ?? time.GetUtcNow()),
        };
    }

    private void Take(AnnounceResponse answer, string url)
    {
        switch (answer.OutcomeCase)
        {
            case AnnounceResponse.OutcomeOneofCase.Ceded:
                Log.Ceded(logger, answer.ServerName, url, log.Epochs[^1].Number);
                break;
            case AnnounceResponse.OutcomeOneofCase.Outranked:
                standing.Hear(answer.Outranked.Position.ToDomain(), "", answer.Outranked.GrpcUrl, answer.ServerName);
                break;
            case AnnounceResponse.OutcomeOneofCase.Disputed:
                standing.Hear(answer.Disputed.Position.ToDomain(), "", answer.Disputed.GrpcUrl, answer.ServerName);
                break;
        }

        lock (_lock)
            if (data.Promotion is { } promotion && promotion.Parents.Any(parent => IsSame(parent, url)))
                data.StillToTell([.. promotion.Parents.Where(parent => !IsSame(parent, url))]);
    }

    private static bool IsSame(string parent, string url) => string.Equals(parent.TrimEnd('/'), url, StringComparison.OrdinalIgnoreCase);

    private static partial class Log
    {
        [LoggerMessage(EventId = 1611, Level = LogLevel.Information, Message = "{Server} at {Url} was the root until now and gives way to epoch {Epoch} of this server.")]
        public static partial void Ceded(ILogger logger, string server, string url, int epoch);

        [LoggerMessage(EventId = 1612, Level = LogLevel.Debug, Message = "{Url} has not heard who the root is: {Reason}")]
        public static partial void NotReached(ILogger logger, string url, string reason);
    }
}
