using System.Threading.Channels;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Digest;

namespace Hierarchy.Server.Verification;

/// <summary>
/// Counts and digests the rows of a log while somebody else reads them for a purpose of their own, and says whether they are what the log's head says of them. Works beside the reader, on as many
/// processors as there are; a few pages wait at most.
/// </summary>
/// <remarks>
/// The quick proof adds up what comes, so a record that moves while the pages are read is counted twice: a mismatch may be nothing but that. The thorough one knows every key, is slower, and is exact;
/// whoever finds a mismatch by the quick one reads again with it.
/// </remarks>
internal sealed class RowProof : IAsyncDisposable
{
    private const int WaitingPages = 2;
    private const int MaxWorkers = 4;

    private readonly LogInventory? _inventory;
    private readonly Channel<IReadOnlyList<ChangeRecord>> _pages = Channel.CreateBounded<IReadOnlyList<ChangeRecord>>(WaitingPages);
    private readonly Task<(long Count, LogDigest Digest)>[] _workers;
    private LogHead _head = LogHead.Empty;

    public RowProof(bool isThorough)
    {
        _inventory = isThorough ? new LogInventory(() => new LogDigest()) : null;
        var workers = isThorough ? 0 : Math.Clamp(Environment.ProcessorCount, 1, MaxWorkers);
        _workers = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(DigestAsync))];
    }

    /// <summary>Takes the next page, in the order of the log; waits while too many are on their way.</summary>
    public async ValueTask AddAsync(LogPage page, CancellationToken cancellationToken)
    {
        _head = page.Head;
        if (_inventory is not null) _inventory.Add(page);
        else await _pages.Writer.WriteAsync(page.Records, cancellationToken);
    }

    /// <summary>After the last page: whether the rows are those of its head.</summary>
    public async Task<bool> HoldsAsync()
    {
        if (_inventory is not null) return _inventory.IsSound;
        _pages.Writer.TryComplete();
        var parts = await Task.WhenAll(_workers);
        foreach (var part in parts[1..]) parts[0].Digest.Add(part.Digest);
        return parts.Sum(part => part.Count) == _head.Count && parts[0].Digest.Matches(_head.Digest.Span);
    }

    /// <summary>Lets the workers go, whether or not the last page came.</summary>
    public async ValueTask DisposeAsync()
    {
        _pages.Writer.TryComplete();
        await ((Task)Task.WhenAll(_workers)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<(long Count, LogDigest Digest)> DigestAsync()
    {
        var (count, digest) = (0L, new LogDigest());
        await foreach (var records in _pages.Reader.ReadAllAsync())
        {
            foreach (var record in records)
            {
                if (record.IsTombstone) continue;
                digest.Add(record);
                count++;
            }
        }

        return (count, digest);
    }
}
