using System.Globalization;
using Hierarchy.Content.Transfer;

namespace Hierarchy.Content.Bandwidth;

/// <summary>
/// Holds transfers to the schedules of the links that they cross: one token bucket per link, shared by all transfers of this server. What a client waits for goes before what is fetched ahead, and
/// through a closed link, too, unless the rules close it for clients as well. A link is counted where the bytes are asked for, by each server for itself.
/// </summary>
/// <param name="path">The links between this server and an origin; none within a site, and where no link is known.</param>
/// <param name="closedForClients">Whether a closed link is closed for what a client waits for.</param>
/// <param name="time">The clock; its local time is what schedules mean.</param>
public sealed class BandwidthGate(Func<ContentOrigin, IReadOnlyList<LinkLimit>> path, Func<bool> closedForClients, TimeProvider time)
{
    /// <summary>So much of a second's bytes may be saved up: enough to fill pauses between reads, too little to be seen on a link.</summary>
    private const double Burst = 0.25;

    /// <summary>What is fetched ahead keeps still for so long after a client's bytes.</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(1);

    /// <summary>The longest single wait: a schedule may be replaced meanwhile.</summary>
    private static readonly TimeSpan LongestNap = TimeSpan.FromSeconds(5);

    /// <summary>Guards the buckets.</summary>
    private readonly Lock _lock = new();

    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets everything through.</summary>
    public static BandwidthGate Open { get; } = new(static _ => [], static () => false, TimeProvider.System);

    /// <summary>Throws while the way to an origin is closed for that priority.</summary>
    /// <exception cref="Domain.UnavailableException">It is closed; the message says which link, and until when.</exception>
    public void ThrowIfClosed(ContentOrigin origin, TransferPriority priority) => ThrowIfClosed(path(origin), priority, time.GetLocalNow());

    /// <summary>Accounts for bytes that have come from an origin, and returns when the next may be asked for.</summary>
    /// <exception cref="Domain.UnavailableException">The way has been closed.</exception>
    public async ValueTask SpendAsync(ContentOrigin origin, int bytes, Func<TransferPriority> priority, CancellationToken cancellationToken)
    {
        var isSpent = false;
        while (true)
        {
            var links = path(origin);
            if (links.Count == 0) return;
            var now = time.GetLocalNow();
            ThrowIfClosed(links, priority(), now);
            TimeSpan wait;
            lock (_lock)
            {
                if (!isSpent) Spend(links, bytes, priority(), now);
                isSpent = true;
                wait = WaitOn(links, priority(), now);
            }

            if (wait <= TimeSpan.Zero) return;
            await Task.Delay(wait < LongestNap ? wait : LongestNap, time, cancellationToken);
        }
    }

    private void ThrowIfClosed(IReadOnlyList<LinkLimit> links, TransferPriority priority, DateTimeOffset now)
    {
        if (priority == TransferPriority.OnDemand && !closedForClients()) return;
        foreach (var link in links)
        {
            if (link.RateAt(now) != 0) continue;
            var until = link.NextChange(now);
            throw new LinkClosedException(
                $"The link {link.Name} is closed{(until is { } change ? string.Create(CultureInfo.InvariantCulture, $" until {change:yyyy-MM-dd HH:mm}") : "")} by its schedule. The transfer goes on when it opens.", until);
        }
    }

    private void Spend(IReadOnlyList<LinkLimit> links, int bytes, TransferPriority priority, DateTimeOffset now)
    {
        foreach (var link in links)
        {
            var bucket = BucketOf(link, now);
            bucket.Tokens -= bytes;
            if (priority == TransferPriority.OnDemand) bucket.UrgentUntil = now + Courtesy;
        }
    }

    private TimeSpan WaitOn(IReadOnlyList<LinkLimit> links, TransferPriority priority, DateTimeOffset now)
    {
        var wait = TimeSpan.Zero;
        foreach (var link in links)
        {
            var bucket = BucketOf(link, now);
            // A closed link that a client goes through has no rate to hold to.
            if (bucket.Rate is not { } rate || rate == 0) continue;
            if (bucket.Tokens < 0) wait = Longer(wait, TimeSpan.FromSeconds(-bucket.Tokens / rate));
            if (priority == TransferPriority.Ahead && bucket.UrgentUntil > now) wait = Longer(wait, bucket.UrgentUntil - now);
            if (link.NextChange(now) is { } change && change - now < wait && change > now) wait = change - now;
        }

        return wait;
    }

    private Bucket BucketOf(LinkLimit link, DateTimeOffset now)
    {
        if (!_buckets.TryGetValue(link.Name, out var bucket)) _buckets.Add(link.Name, bucket = new Bucket { At = time.GetTimestamp() });
        // By the monotonic clock: a wall clock that jumps neither fills nor empties a bucket.
        var elapsed = time.GetElapsedTime(bucket.At).TotalSeconds;
        bucket.At = time.GetTimestamp();
        var before = bucket.Rate;
        bucket.Rate = link.RateAt(now);
        if (bucket.Rate is not { } rate || rate == 0) bucket.Tokens = 0;
        else bucket.Tokens = Math.Min(bucket.Tokens + elapsed * (before is > 0 ? before.Value : 0), rate * Burst);
        return bucket;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed class Bucket
    {
        public double Tokens { get; set; }

        /// <summary>Bytes a second; null and 0 as the schedule says it.</summary>
        public long? Rate { get; set; }

        public long At { get; set; }

        /// <summary>What is fetched ahead keeps still until then.</summary>
        public DateTimeOffset UrgentUntil { get; set; }
    }
}
