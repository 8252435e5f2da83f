using Hierarchy.Domain.Reports;

namespace Hierarchy.Server.Search;

/// <summary>
/// How many computers say what of every update, for searches that ask for it: counts of all updates at once, which the store has to unpack. Where that takes a moment they may be a few seconds old; the counts that a page
/// shows are always those of now.
/// </summary>
internal sealed class StatusBook(IReportStore reports, TimeProvider time) : IDisposable
{
    /// <summary>So few counts are read anew for every search after a change: that takes some milliseconds.</summary>
    private const int Few = 20_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1); // Guards reading.
    private volatile Page? _last;

    /// <summary>Counts by update; those of which nothing is known are not there.</summary>
    /// <param name="updates">Everything that may be asked for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<Dictionary<Guid, int[]>> ReadAsync(Func<IReadOnlyCollection<Guid>> updates, CancellationToken cancellationToken)
    {
        if (_last is { } page && (IsOf(page) || (page.Read > Few && time.GetElapsedTime(page.ReadAt) < Fresh))) return page.Counts;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } meanwhile && IsOf(meanwhile)) return meanwhile.Counts; // Somebody else has read them.
            var (start, head) = (time.GetTimestamp(), reports.OutboxHead);
            var counts = new Dictionary<Guid, int[]>();
            var rows = await reports.CountAsync(updates(), cancellationToken);
            foreach (var count in rows)
            {
                if ((int)count.State is < 0 or >= StateCounts.MaxStates) continue;
                if (!counts.TryGetValue(count.UpdateId, out var states)) counts[count.UpdateId] = states = new int[StateCounts.MaxStates];
                states[(int)count.State] += count.Count;
            }

            _last = new Page(counts, head, start, rows.Count);
            return counts;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private bool IsOf(Page page) => page.Head == reports.OutboxHead;

    private sealed record Page(Dictionary<Guid, int[]> Counts, long Head, long ReadAt, int Read);
}
