using System.Buffers.Binary;
using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Roles;
using Hierarchy.Storage;

namespace Hierarchy.Server.Upstream.Decisions;

/// <summary>
/// Declines at an autonomous server what expires in its parent's catalog. How far it has looked is kept durably after each decision, so that a server that was stopped goes on where it was, and what an administrator takes
/// back stays as it is.
/// </summary>
internal sealed partial class ExpiryWatch(ViewPublisher views, DecisionDesk desk, ILocalState local, TimeProvider time, ILogger<ExpiryWatch> logger) : BackgroundService
{
    private const string Key = "decisions/expired-through";
    private const int UpdatesAtOnce = 50;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seen = await LoadAsync(stoppingToken);
        while (true)
        {
            var current = views.Current;
            try
            {
                var head = current.View.Head.Position;
                if (current.Checkpoint is not null && head != seen)
                {
                    // Another history, or one that went back: what had expired there is left.
                    if (seen.Log == head.Log && seen.Sequence <= head.Sequence) await DeclineAsync(current.View, seen.Sequence, stoppingToken);
                    await local.SetAsync(Key, Bytes(head), stoppingToken);
                    seen = head;
                }
            }
            catch (Exception exception) when (exception is UnavailableException or RpcException)
            {
                Log.Failed(logger, exception.Message);
                await Task.Delay(AfterFailure, time, stoppingToken);
                continue;
            }

            await current.Superseded.Task.WaitAsync(stoppingToken);
        }
    }

    private async Task DeclineAsync(ServedView seen, long after, CancellationToken cancellationToken)
    {
        // Of the tree's log alone: what is decided here expires nothing.
        var open = new Queue<Guid>(seen.ChangedSince(after, long.MaxValue).Where(update => HasExpired(update, after)).Select(update => update.UpdateId));
        while (open.Count > 0)
        {
            var outcome = await desk.DecideAsync<(int Looked, int Declined)>(
                new DecisionIntent("expired", ExpiryRule.By),
                view =>
                {
                    var (changes, looked, declined) = (new List<Change>(), 0, 0);
                    foreach (var id in open.Take(UpdatesAtOnce))
                    {
                        var decline = view.Updates.GetValueOrDefault(id) is { Latest.PublicationState: PublicationState.Expired } ? ExpiryRule.Decline(view, id, desk.Now) : [];
                        // One alone always fits.
                        if (changes.Count + decline.Count > DecisionDesk.MostChanges) break;
                        changes.AddRange(decline);
                        looked++;
                        if (decline.Count > 0) declined++;
                    }

                    return ((looked, declined), changes);
                },
                cancellationToken);
            for (var i = 0; i < outcome.Result.Looked; i++) open.Dequeue();
            if (outcome.Result.Declined > 0) Log.Declined(logger, outcome.Result.Declined);
        }
    }

    private static bool HasExpired(UpdateEntry update, long after) =>
        update is { IsDeclined: false, Latest: { PublicationState: PublicationState.Expired } latest } && latest.Sequence > after && ExpiryRule.Concerns(latest.Type)
        && update.Revisions.Count > 1 && update.Revisions[^2].PublicationState == PublicationState.Published;

    private async Task<Position> LoadAsync(CancellationToken cancellationToken) =>
        await local.GetAsync(Key, cancellationToken) is { Length: 24 } bytes
            ? new Position(new LogId(new Guid(bytes.AsSpan(0, 16), bigEndian: true)), 0, Guid.Empty, BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(16)))
            : Position.Empty;

    private static byte[] Bytes(Position position)
    {
        var bytes = new byte[24];
        position.Log.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), position.Sequence);
        return bytes;
    }

    private static partial class Log
    {
        [LoggerMessage(7600, LogLevel.Information, "Declined {Count} updates that expired in the parent's catalog.")]
        public static partial void Declined(ILogger logger, int count);

        [LoggerMessage(7601, LogLevel.Warning, "Declining what expired failed and is tried again: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
