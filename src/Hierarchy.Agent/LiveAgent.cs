using System.Threading.Channels;
using Hierarchy.Agent.Locate;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.State;
using Hierarchy.Agent.Synchronize;
using Hierarchy.Domain;
using Hierarchy.Protocol.Client.V1;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent;

/// <summary>
/// `run`: stays connected and acts on decisions as they come. Evaluates everything anew once in a detection interval; goes to the next server when one fails, and comes home
/// when the nearest one answers again.
/// </summary>
internal sealed partial class LiveAgent(
    AgentEngine engine, AgentOptions options, IServerClients clients, AgentEvents events, TimeProvider time, ILogger logger)
{
    /// <summary>More changes than this waiting means that the agent is busy: it then catches up from its position instead of holding them.</summary>
    private const int WaitingBatches = 256;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan HomeCheck = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UserCheck = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>How soon what a user says is heard, where something waits for one.</summary>
    private static readonly TimeSpan ListenEvery = TimeSpan.FromSeconds(2);

    private readonly ServerConnector _connector = new(engine, clients, time, logger);
    private DateTimeOffset _detectAt;
    private ComputerDescription _asked = engine.Description;
    private bool _isIntroduced;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        engine.Stay();
        ScheduleDetection();
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            string? reason;
            try
            {
                var result = await _connector.ConnectAsync(follow: true, isLocateForced: failures > 0, cancellationToken);
                if (result.Connection is { } connection)
                {
                    await using (connection) reason = await StayAsync(connection, result.List, () => failures = 0, cancellationToken);
                    if (reason is null) continue;
                }
                else
                {
                    reason = string.Join(" ", result.Problems);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception) when (exception is UnavailableException or IntegrityException)
            {
                reason = exception.Message;
            }

            var pause = Pause(failures++);
            Log.Waiting(logger, reason, pause);
            try
            {
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        Log.Stopped(logger);
    }

    /// <summary>Works with one server until it goes away, or until a nearer one is back. Returns what ended it; null when it goes home.</summary>
    private async Task<string?> StayAsync(Connection connection, ServerList list, Action connected, CancellationToken cancellationToken)
    {
        _asked = engine.Description;
        var count = await connection.Stream.CatchUpAsync(cancellationToken);
        connected();
        if (engine.TakePolicy(connection.Stream.Started.Policy)) ScheduleDetection();
        _isIntroduced = false;
        events.Synced(connection.Client.Url, connection.Place.Site, engine.Book.PositionText, count);

        var batches = Channel.CreateBounded<DecisionBatch>(new BoundedChannelOptions(WaitingBatches) { SingleReader = true, SingleWriter = true });
        var pump = PumpAsync(connection.Stream, batches.Writer);
        try
        {
            await WorkAsync(connection, list, batches.Reader, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException)
        {
            // The decisions held are good; only the connection is not.
            events.Disconnected(connection.Client.Url, exception.Message);
            Log.Disconnected(logger, connection.Client.Url, exception.Message);
            return exception.Message;
        }
        finally
        {
            connection.Stream.Cancel();
            await pump;
        }
    }

    // Reads on while an installation runs, so that a withdrawn approval is known before the next one begins.
    private async Task PumpAsync(SyncStream stream, ChannelWriter<DecisionBatch> batches)
    {
        try
        {
            while (await stream.NextAsync() is { } batch)
            {
                var received = events.Now;
                if (batch.Decisions.Count > 0 || batch.Withdrawn.Count > 0)
                    events.Decisions(DecisionBook.Text(batch.Checkpoint?.Position, batch.OverlayCheckpoint?.Position), received, batch.Decisions.Select(ClientDecision.FromWire), batch.Withdrawn);
                if (!batches.TryWrite(batch)) throw new UnavailableException("Decisions came faster than they could be acted upon; catching up from the position held.");
            }

            batches.Complete(new UnavailableException("The server ended the sync."));
        }
        catch (OperationCanceledException)
        {
            batches.TryComplete();
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException)
        {
            batches.TryComplete(exception);
        }
    }

    private async Task WorkAsync(Connection connection, ServerList list, ChannelReader<DecisionBatch> batches, CancellationToken cancellationToken)
    {
        var isHome = list.Servers[0].GrpcUrl == connection.Place.GrpcUrl;
        var homeAt = time.GetUtcNow() + Jitter(HomeCheck);
        while (true)
        {
            await ActAsync(connection, list, batches, cancellationToken);
            // The server counts it where it was when the call began: it may belong elsewhere now.
            if (!engine.Description.IsPlacedAs(_asked)) return;
            while (true)
            {
                var until = Min(isHome ? Min(_detectAt, list.ValidUntil) : Min(_detectAt, homeAt), engine.WakeAt ?? DateTimeOffset.MaxValue);
                var look = engine.IsUserAwaited ? Min(until, time.GetUtcNow() + ListenEvery) : until;
                if (engine.IsWatchingUsers) look = Min(look, time.GetUtcNow() + UserCheck);
                if (await WaitAsync(batches, look, cancellationToken))
                {
                    if (await DrainAsync(connection.Stream, batches, cancellationToken)) break;
                    continue;
                }

                var now = time.GetUtcNow();
                if (engine.IsWatchingUsers && engine.HaveUsersChanged()) break;
                if (engine.IsUserAwaited && engine.HasUserSpoken) break;
                if (now < until) continue;
                if (now >= _detectAt)
                {
                    engine.ForgetAttempts();
                    ScheduleDetection();
                    break;
                }

                if (now >= engine.WakeAt) break;
                if (now < (isHome ? list.ValidUntil : homeAt)) continue;
                list = await engine.Locator.LocateAsync(isForced: !isHome, cancellationToken);
                isHome = list.Servers[0].GrpcUrl == connection.Place.GrpcUrl;
                homeAt = now + Jitter(HomeCheck);
                if (!isHome && await AnswersAsync(list.Servers[0], cancellationToken))
                {
                    Log.ComingHome(logger, connection.Client.Url, list.Servers[0].GrpcUrl);
                    return;
                }
            }
        }
    }

    // A server that this computer is new to learns of it, and asks for everything when it wants it.
    private async Task IntroduceAsync(Connection connection, CancellationToken cancellationToken)
    {
        try
        {
            var sent = await engine.Reporter.SendAsync(connection.Client, evenWhenEmpty: true, cancellationToken);
            _isIntroduced = true;
            events.Reported(sent, connection.Client.Url);
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException)
        {
            Log.NotReported(logger, engine.StatusesPending, exception.Message);
        }
    }

    private async Task ActAsync(Connection connection, ServerList list, ChannelReader<DecisionBatch> batches, CancellationToken cancellationToken)
    {
        var report = new CycleReport();
        await engine.ActAsync(
            connection.ContentUrls(list), RefreshAsync, SendAsync, report, events, cancellationToken);
        await SendAsync(cancellationToken);
        if (!_isIntroduced) await IntroduceAsync(connection, cancellationToken);
        if (report.IsRetryWanted) _detectAt = Min(_detectAt, time.GetUtcNow() + Jitter(RetryAfter));

        // A call that ended in between (the policy changed, or groups did) can say nothing more of what is approved: it is asked anew before anything is installed.
        async Task RefreshAsync(CancellationToken token)
        {
            await DrainAsync(connection.Stream, batches, token);
            if (batches.Completion.IsCompleted) throw new UnavailableException($"{connection.Client.Url} ended the sync while updates were downloaded; nothing is installed before it is asked again.");
        }

        async Task SendAsync(CancellationToken token)
        {
            try
            {
                var sent = await engine.Reporter.SendAsync(connection.Client, evenWhenEmpty: false, token);
                if (sent == 0) return;
                _isIntroduced = true;
                events.Reported(sent, connection.Client.Url);
            }
            catch (Exception exception) when (exception is UnavailableException or IntegrityException)
            {
                Log.NotReported(logger, engine.StatusesPending, exception.Message);
            }
        }
    }

    /// <summary>Takes over what has come. True when some of it concerns this computer.</summary>
    private static async Task<bool> DrainAsync(SyncStream stream, ChannelReader<DecisionBatch> batches, CancellationToken cancellationToken)
    {
        var isConcerned = false;
        while (batches.TryRead(out var batch)) isConcerned |= await stream.ApplyAsync(batch, cancellationToken);
        return isConcerned;
    }

    /// <summary>True when a batch is there; false when the time has come. Throws what ended the stream.</summary>
    private async Task<bool> WaitAsync(ChannelReader<DecisionBatch> batches, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var left = until - time.GetUtcNow();
        using var due = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        try
        {
            return await batches.WaitToReadAsync(either.Token) ? true : throw new UnavailableException("The sync was ended.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> AnswersAsync(ServerPlace place, CancellationToken cancellationToken)
    {
        await using var client = clients.Open(place.GrpcUrl);
        try
        {
            await client.LocateAsync(new LocateRequest { ClientId = engine.Identity.Id.ToString() }, TimeSpan.FromSeconds(5), cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException)
        {
            return false;
        }
    }

    private void ScheduleDetection() => _detectAt = time.GetUtcNow() + ((engine.Policy.DetectionHours is { } hours ? TimeSpan.FromHours(hours) : options.DetectionInterval) * (0.8 + (0.2 * Random.Shared.NextDouble())));

    private static TimeSpan Pause(int failures)
        => Jitter(TimeSpan.FromTicks((long)Math.Min(FirstPause.Ticks * Math.Pow(2, Math.Min(failures, 20)), LongestPause.Ticks)));

    private static TimeSpan Jitter(TimeSpan time) => time * (0.5 + (0.5 * Random.Shared.NextDouble()));

    private static DateTimeOffset Min(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;

    private static partial class Log
    {
        [LoggerMessage(1701, LogLevel.Warning, "{Reason} Trying again in {Pause}")]
        internal static partial void Waiting(ILogger logger, string reason, TimeSpan pause);

        [LoggerMessage(1702, LogLevel.Warning, "The connection to {Url} ended: {Reason}")]
        internal static partial void Disconnected(ILogger logger, string url, string reason);

        [LoggerMessage(1703, LogLevel.Information, "Leaving {Url}: the nearer {Home} answers again")]
        internal static partial void ComingHome(ILogger logger, string url, string home);

        [LoggerMessage(1704, LogLevel.Warning, "{Count} states are kept to be reported later: {Cause}")]
        internal static partial void NotReported(ILogger logger, int count, string cause);

        [LoggerMessage(1705, LogLevel.Information, "Stopped")]
        internal static partial void Stopped(ILogger logger);
    }
}
