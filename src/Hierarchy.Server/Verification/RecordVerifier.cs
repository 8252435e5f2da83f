using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Verification;

/// <summary>
/// Counts and digests this server's records anew from storage and holds them against its head, those of the overlay likewise where there is one; one reading at a time. Rot is confirmed by a second
/// reading before it is said.
/// </summary>
internal sealed partial class RecordVerifier(ServedLogs logs, ViewPublisher views, ServerIdentity self, RotAlarms alarms, TimeProvider time, ILogger<RecordVerifier> logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile ServerVerification? _last;
    private int _urgent;

    /// <summary>What the last reading found; null before the first.</summary>
    public ServerVerification? Last => _last;

    /// <summary>The first 8 bytes of SHA-256 over a digest: enough to compare two servers at one position.</summary>
    public static ulong Short(ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(digest));

    /// <summary>Reads everything.</summary>
    /// <param name="load">The percentage of the time that it works.</param>
    /// <param name="progress">Hears how far it has come; null for nobody.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<ServerVerification> RunAsync(int load, Action<ServerVerification>? progress, CancellationToken cancellationToken)
    {
        // Whoever waits for an answer does not wait for a scrub's rests.
        var isUrgent = load >= 100;
        if (isUrgent) Interlocked.Increment(ref _urgent);
        try
        {
            await _one.WaitAsync(cancellationToken);
        }
        finally
        {
            if (isUrgent) Interlocked.Decrement(ref _urgent);
        }

        try
        {
            var found = await VerifyAsync(logs.Tree.Log, alarms.Tree, load, progress, cancellationToken);
            if (logs.Overlay is { IsEmpty: false } overlay) Join(found, await VerifyAsync(overlay.Log, alarms.Overlay, load, progress: null, cancellationToken));
            return _last = found;
        }
        catch (Exception exception) when (exception is IntegrityException or UnavailableException)
        {
            Log.Unreadable(logger, exception.Message);
            return _last = Message(VerificationState.Failed, logs.Tree.Log.Head.Position, exception.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static void Join(ServerVerification tree, ServerVerification overlay)
    {
        tree.Overlay = new OverlayVerification { State = overlay.State, Position = overlay.Position, Count = overlay.Count, Digest = overlay.Digest };
        tree.VerifiedAt = overlay.VerifiedAt;
        if (overlay.State == VerificationState.Sound) return;
        tree.State = VerificationState.Rotten;
        tree.Reason = $"{tree.Reason} Of the log that decides here: {overlay.Reason}".TrimStart();
    }

    private async Task<ServerVerification> VerifyAsync(ILogReader log, RotAlarm alarm, int load, Action<ServerVerification>? progress, CancellationToken cancellationToken)
    {
        var inventory = await ReadAsync(log, load, progress, cancellationToken);
        // A fold in the middle of the reading could look like rot.
        if (!inventory.IsSound) inventory = await ReadAsync(log, load, progress, cancellationToken);
        var found = Result(inventory, alarm);
        if (inventory.IsSound) return found;
        if (alarm.Advice.Length > 0) Log.RottenForGood(logger, inventory.Head.Position, found.Count, inventory.Head.Count, alarm.Advice);
        else Log.Rotten(logger, inventory.Head.Position, found.Count, inventory.Head.Count);
        alarm.Raise(views.Current.Checkpoint is not null);
        return found;
    }

    private Task<LogInventory> ReadAsync(ILogReader log, int load, Action<ServerVerification>? progress, CancellationToken cancellationToken)
    {
        var worked = time.GetTimestamp();
        return LogInventory.ReadAsync(log, () => new LogDigest(), PaceAsync, cancellationToken);

        async ValueTask PaceAsync(long through, LogHead head)
        {
            if (progress is not null)
            {
                var running = Message(VerificationState.Running, head.Position, "");
                running.Through = through;
                progress(running);
            }

            if (load < 100 && Volatile.Read(ref _urgent) == 0) await Task.Delay(time.GetElapsedTime(worked) * ((100.0 - load) / load), time, cancellationToken);
            worked = time.GetTimestamp();
        }
    }

    private ServerVerification Result(LogInventory inventory, RotAlarm alarm)
    {
        var sum = new LogDigest();
        var found = Message(inventory.IsSound ? VerificationState.Sound : VerificationState.Rotten, inventory.Head.Position, "");
        foreach (var kind in inventory.Kinds)
        {
            if (kind.Count == 0) continue;
            sum.Add(kind.Digest.Span);
            found.Count += kind.Count;
            found.Kinds.Add(new KindVerification { Kind = kind.Kind, Count = kind.Count, Digest = Short(kind.Digest.Span) });
        }

        found.Through = inventory.Through;
        found.Digest = Short(sum.ToBytes());
        if (!inventory.IsSound)
            found.Reason = $"Its records in storage ({found.Count}) do not equal its digest ({inventory.Head.Count} records). {(alarm.Advice.Length > 0 ? alarm.Advice : "It repairs them from its parent; verify again.")}";
        return found;
    }

    private ServerVerification Message(VerificationState state, Domain.Changes.Position position, string reason) => new()
    {
        ServerId = Positions.Id(self.Id),
        ServerName = self.Name,
        State = state,
        Position = position.ToProto(),
        Reason = reason,
        VerifiedAt = state == VerificationState.Running ? null : time.GetUtcNow().ToTimestamp(),
    };

    private static partial class Log
    {
        [LoggerMessage(EventId = 1710, Level = LogLevel.Warning, Message = "Verifying: the records in storage do not equal the digest at {Position}: {Found} records where {Expected} belong. They are repaired from the parent; what is served was read before and is not touched.")]
        public static partial void Rotten(ILogger logger, Domain.Changes.Position position, long found, long expected);

        [LoggerMessage(EventId = 1711, Level = LogLevel.Error, Message = "Verifying: the records in storage do not equal the digest at {Position}: {Found} records where {Expected} belong. What is served was read before and goes on; no pages are fed to servers below. {Advice}")]
        public static partial void RottenForGood(ILogger logger, Domain.Changes.Position position, long found, long expected, string advice);

        [LoggerMessage(EventId = 1712, Level = LogLevel.Error, Message = "Verifying: the storage could not be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
