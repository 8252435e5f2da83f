using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Feed;

namespace Hierarchy.Replication.Digest;

/// <summary>
/// Answers the servers below that compare what they hold with this one. Reads all of this server's records for each comparison, so few run at a time; a server whose own rows turn out to be rotten
/// says so, tells nothing else, and hears of it itself.
/// </summary>
public sealed class DigestSource(FeedSource feed, ILogReader log) : IDisposable
{
    private const int AtATime = 2;
    private readonly SemaphoreSlim _free = new(AtATime);

    /// <summary>A comparison found that this server's own rows are not what its head says.</summary>
    public event Action? Rotten;

    /// <summary>Lets go.</summary>
    public void Dispose() => _free.Dispose();

    /// <summary>Answers one comparison until the other side ends it.</summary>
    /// <exception cref="IntegrityException">A question is malformed, or this server's own rows are rotten.</exception>
    /// <exception cref="UnavailableException">This server's rows are held back until they are repaired.</exception>
    internal async Task AnswerAsync(IAsyncEnumerable<CompareRequest> requests, Func<CompareResponse, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        if (feed.IsHeld) throw new UnavailableException("Comparing: records of this server's storage are being repaired; try again, or ask another server.");
        await _free.WaitAsync(cancellationToken);
        try
        {
            var session = new CompareSession(feed.State);
            LogInventory? inventory = null;
            await foreach (var request in requests.WithCancellation(cancellationToken))
            {
                var effects = new Queue<CompareEffect>(session.OnRequest(request));
                while (effects.TryDequeue(out var effect))
                {
                    IReadOnlyList<CompareEffect> more = [];
                    switch (effect)
                    {
                        case CompareEffect.TakeInventory:
                            inventory ??= new LogInventory(() => new LogDigest());
                            await inventory.ReadOnAsync(log, pace: null, cancellationToken);
                            more = session.OnInventory(inventory);
                            break;
                        case CompareEffect.Find find:
                            more = session.OnFound(await FindAsync(find.Entries, cancellationToken));
                            break;
                        case CompareEffect.Send send:
                            await write(send.Response, cancellationToken);
                            break;
                        case CompareEffect.Rotten rotten:
                            Rotten?.Invoke();
                            throw new IntegrityException($"Comparing: {rotten.Reason}");
                        case CompareEffect.End:
                            return;
                    }

                    foreach (var next in more) effects.Enqueue(next);
                }
            }
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task<List<ChangeRecord>> FindAsync(IReadOnlyList<InventoryEntry> entries, CancellationToken cancellationToken)
    {
        var found = new List<ChangeRecord>(entries.Count);
        foreach (var entry in entries)
            if (await log.FindAsync(entry.Kind, entry.Key, cancellationToken) is { } record && record.Sequence == entry.Sequence)
                found.Add(record);
        return found;
    }
}
