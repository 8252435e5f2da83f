using Hierarchy.Content.Planning;
using Hierarchy.Content.Store;
using Hierarchy.Domain.Distribution;

namespace Hierarchy.Content.Retention;

/// <summary>Which stored files go, and why. No I/O, no clock.</summary>
public sealed record RetentionPlan
{
    /// <summary>Files that nothing has needed for as long as they are kept.</summary>
    public required IReadOnlyList<StoredFile> Expired { get; init; }

    /// <summary>Files that go because of the size limit, the least needed first.</summary>
    public required IReadOnlyList<StoredFile> BeyondLimit { get; init; }

    /// <summary>What is known of each file that was looked at.</summary>
    public required IReadOnlyDictionary<Verification.Sha256Digest, FileUsage> Usage { get; init; }

    /// <summary>Decides.</summary>
    /// <param name="plan">What is needed.</param>
    /// <param name="stored">What is here.</param>
    /// <param name="usageOf">What is remembered of a file.</param>
    /// <param name="now">A time that lies before one that is remembered begins that one anew: a clock that was wrong takes nothing away.</param>
    public static RetentionPlan Make(ContentPlan plan, IReadOnlyCollection<StoredFile> stored, Func<StoredFile, FileUsage> usageOf, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(usageOf);
        var ahead = plan.Ahead.Select(file => file.Sha1).ToHashSet();
        var usage = new Dictionary<Verification.Sha256Digest, FileUsage>();
        var expired = new List<StoredFile>();
        var staying = new List<(StoredFile File, FileNeed Need, DateTimeOffset LastAsked)>();
        long bytes = 0;
        foreach (var file in stored)
        {
            var planned = plan.Find(file.Sha1);
            var need = planned is null || planned.Policy == FetchPolicy.Never ? FileNeed.None
                : !ahead.Contains(file.Sha1) ? FileNeed.OnDemand
                : planned.Deadline is null ? FileNeed.Ahead : FileNeed.Deadline;
            var known = usageOf(file);
            var asked = known.LastAsked > now ? now : known.LastAsked;
            DateTimeOffset? since = need != FileNeed.None ? null : known.UnneededSince is { } before && before <= now ? before : now;
            usage[file.Sha256] = new FileUsage(since, asked);
            if (since is { } unneeded && now - unneeded >= plan.Rules.Keep)
            {
                expired.Add(file);
                continue;
            }

            staying.Add((file, need, asked ?? DateTimeOffset.MinValue));
            bytes += file.Size;
        }

        var beyond = new List<StoredFile>();
        if (plan.Rules.SizeLimit is { } limit && bytes > limit)
        {
            foreach (var (file, _, _) in staying.OrderBy(entry => entry.Need).ThenBy(entry => entry.LastAsked).ThenBy(entry => entry.File.Sha256.ToString(), StringComparer.Ordinal))
            {
                if (bytes <= limit) break;
                beyond.Add(file);
                bytes -= file.Size;
            }
        }

        return new RetentionPlan { Expired = expired, BeyondLimit = beyond, Usage = usage };
    }
}
