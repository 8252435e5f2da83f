using System.Collections.Concurrent;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Rollup;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Verification;

/// <summary>
/// This server's part in verifications of the tree: reads its own records, passes the question down the calls that servers below hold open, keeps what they answer, and hands all of it up. Nobody
/// has to be reached from above: servers below call upward only.
/// </summary>
internal sealed partial class VerificationDesk(RecordVerifier verifier, RollupInbox inbox, ServerIdentity self, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<VerificationDesk> logger)
{
    /// <summary>A verification that was asked for so long ago is over, whoever has not answered.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>Everything is handed up again now and then: a call may have broken with it.</summary>
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, Verification> _verifications = new();
    private long _repeated;

    /// <summary>Begins this server's part, or goes on with it.</summary>
    /// <param name="id">The verification.</param>
    /// <param name="servers">Who is to verify; nobody named: everybody.</param>
    /// <param name="passOn">The question goes to the servers below.</param>
    public Verification Begin(Guid id, IReadOnlyCollection<Guid> servers, bool passOn)
    {
        foreach (var (old, verification) in _verifications)
            if (time.GetElapsedTime(verification.BeganAt) > Lifetime && _verifications.TryRemove(old, out _)) inbox.Forget(old);
        var mine = _verifications.GetOrAdd(id, _ => new Verification(id, time.GetTimestamp()));
        if (passOn && mine.Passes()) inbox.Ask(id, servers);
        if ((servers.Count == 0 || servers.Contains(self.Id)) && mine.Begins()) _ = Task.Run(() => VerifyAsync(mine), CancellationToken.None);
        return mine;
    }

    /// <summary>What servers below found. What belongs to no verification that is known here is passed over.</summary>
    public void Receive(IEnumerable<VerificationReport> reports)
    {
        foreach (var report in reports)
            if (report.Server is { } server && _verifications.TryGetValue(Positions.Id(report.VerificationId, "verification"), out var verification))
                verification.Put(server);
    }

    /// <summary>What is to be handed up now.</summary>
    public IReadOnlyList<VerificationReport> TakeNews()
    {
        if (_verifications.IsEmpty) return [];
        var everything = time.GetElapsedTime(Volatile.Read(ref _repeated)) > Repeat;
        if (everything) Volatile.Write(ref _repeated, time.GetTimestamp());
        return _verifications.Values.SelectMany(verification => verification.TakeNews(everything).Select(server => new VerificationReport { VerificationId = Positions.Id(verification.Id), Server = server })).ToArray();
    }

    private async Task VerifyAsync(Verification verification)
    {
        try
        {
            verification.Put(new ServerVerification { ServerId = Positions.Id(self.Id), ServerName = self.Name, State = VerificationState.Running });
            verification.Put(await verifier.RunAsync(load: 100, verification.Put, lifetime.ApplicationStopping));
        }
        catch (OperationCanceledException)
        {
            // The server stops; whoever asked finds it silent.
        }
#pragma warning disable CA1031 // Nobody waits for this task: what went wrong is this server's answer, and in its log.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Failed(logger, exception);
            verification.Put(new ServerVerification { ServerId = Positions.Id(self.Id), ServerName = self.Name, State = VerificationState.Failed, Reason = $"It failed: {exception.Message} See its log." });
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1720, Level = LogLevel.Error, Message = "Verifying failed.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
