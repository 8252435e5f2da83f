using System.Collections.Concurrent;
using Hierarchy.Content.Bandwidth;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Store;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Distribution;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Transfer;

/// <summary>
/// Brings files into the store: one transfer per file however many ask, a bounded number at a time, tried again until they are
/// here and true. Transfers belong to the server, not to who asked first: they go on when that one leaves.
/// </summary>
public sealed partial class ContentFetcher : IAsyncDisposable
{
    /// <summary>How long a file that proved wrong everywhere is refused at once, instead of being fetched whole again for every asker.</summary>
    private static readonly TimeSpan WrongFor = TimeSpan.FromMinutes(1);

    private readonly ContentStore _store;
    private readonly ContentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TransferRunner _runner;
    private readonly ContentPlans _plans;
    private readonly TransferGates _gates;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Guards the two dictionaries.</summary>
    private readonly Lock _lock = new();

    private readonly Dictionary<Sha1Digest, ContentTransfer> _transfers = [];
    private readonly Dictionary<Sha1Digest, (Exception Failure, long Since)> _wrong = [];
    private readonly ConcurrentDictionary<Sha1Digest, FailedFile> _failed = new();
    private bool _isStopped;

    /// <summary>Fetches into a store from the origins given.</summary>
    public ContentFetcher(
        ContentStore store, IContentOrigins origins, ContentCounters counters, ContentPlans plans, BandwidthGate bandwidth, ContentOptions options, TimeProvider time, ILogger<ContentFetcher> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _plans = plans;
        _store = store;
        _options = options;
        _time = time;
        _log = log;
        _gates = new TransferGates(options.MaxParallel);
        _runner = new TransferRunner(store, origins, counters, _gates, bandwidth, options, time, log);
    }

    /// <summary>Transfers under way or waiting.</summary>
    public IReadOnlyList<TransferProgress> Transfers
    {
        get
        {
            lock (_lock) return [.. _transfers.Values.Select(t => new TransferProgress(t.File, t.Received, t.State, t.Priority, t.LastError, t.Origin))];
        }
    }

    /// <summary>Files whose last transfer was given up, each with the reason; one that comes after all is taken off.</summary>
    public IReadOnlyCollection<FailedFile> Failed => [.. _failed.Values.Where(failed => !_store.Contains(failed.File))];

    /// <summary>Opens a file for reading; when it is not stored, its transfer begins, or is joined, and the reader follows it.</summary>
    /// <exception cref="UnavailableException">It is not stored and this server does not fetch, or is stopping, or the disk fails.</exception>
    /// <exception cref="IntegrityException">Every origin has just sent something else.</exception>
    public async ValueTask<ContentReader> OpenAsync(ContentFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        while (true)
        {
            if (await _store.OpenReadAsync(file) is { } stored) return new ContentReader(file, stored);
            ThrowIfNever(file);
            if (Join(file, TransferPriority.OnDemand) is not { } transfer) continue;
            if (transfer.TryHold()) return new ContentReader(transfer);
        }
    }

    /// <summary>The same for a server of the site, which takes it from here: no sibling is asked for it. Null when one is being asked already.</summary>
    /// <exception cref="UnavailableException">As above.</exception>
    /// <exception cref="IntegrityException">As above.</exception>
    internal async ValueTask<ContentReader?> OpenForSiblingAsync(ContentFile file, TransferPriority priority)
    {
        while (true)
        {
            if (await _store.OpenReadAsync(file) is { } stored) return new ContentReader(file, stored);
            ThrowIfNever(file);
            if (Join(file, priority, isForSibling: true) is not { } transfer) continue;
            if (!transfer.TryKeepFromSiblings()) return null;
            if (transfer.TryHold()) return new ContentReader(transfer);
        }
    }

    /// <summary>True while the file is under way.</summary>
    public bool IsArriving(Sha1Digest sha1)
    {
        lock (_lock) return _transfers.ContainsKey(sha1);
    }

    /// <summary>Returns when the file is stored. Cancelling ends the waiting, not the transfer.</summary>
    /// <exception cref="UnavailableException">It cannot be fetched at present.</exception>
    /// <exception cref="IntegrityException">What the origins send is not the file.</exception>
    public async Task EnsureAsync(ContentFile file, TransferPriority priority, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (_store.Contains(file) || Join(file, priority) is not { } transfer) return;
        if (await transfer.Completion.WaitAsync(cancellationToken) is { } failure) throw ContentTransfer.Copy(failure);
    }

    /// <summary>Fetches ahead what is not here, and returns when each file is stored or has failed.</summary>
    /// <param name="files">In the order of fetching.</param>
    /// <param name="cancellationToken">Ends the waiting, not the transfers.</param>
    public async Task<PrefetchResult> PrefetchAsync(IReadOnlyCollection<ContentFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        var missing = files.Where(file => !_store.Contains(file)).DistinctBy(file => file.Sha1).ToArray();
        var failed = new List<FailedFile>();
        // Twice as many as may come from outside: those that siblings are to bring take no place there.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxParallel * 2, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(missing, parallel, async (file, token) =>
        {
            try
            {
                await EnsureAsync(file, TransferPriority.Ahead, token);
            }
            catch (Exception e) when (e is UnavailableException or IntegrityException)
            {
                lock (failed) failed.Add(new FailedFile(file, e.Message));
            }
        });
        return new PrefetchResult(files.Count - missing.Length, missing.Length - failed.Count, failed);
    }

    /// <summary>Hashes the whole store, puts damaged files aside, and fetches those again that the catalog still names.</summary>
    public async Task<RepairResult> RepairAsync(IContentCatalog catalog, CancellationToken cancellationToken, IProgress<VerifyProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var damaged = await _store.VerifyAsync(cancellationToken, progress);
        var wanted = damaged.Select(stored => catalog.Find(stored.Sha1)).OfType<ContentFile>().ToArray();
        return new RepairResult(damaged, await PrefetchAsync(wanted, cancellationToken));
    }

    /// <summary>Begins to stop: transfers end where they are, whoever waits for one is told, and none begins. What is verified stays.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_isStopped) return;
            _isStopped = true;
        }

        _stopping.Cancel();
    }

    /// <summary>Stops, and returns when nothing runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        Task[] running;
        lock (_lock) running = [.. _transfers.Values.Select(transfer => transfer.Completion)];
        await Task.WhenAll(running);
        _runner.Dispose();
        _stopping.Dispose();
    }

    /// <summary>The transfer of a file, begun if need be; null when it is stored after all.</summary>
    private ContentTransfer? Join(ContentFile file, TransferPriority priority, bool isForSibling = false)
    {
        ContentTransfer? transfer;
        bool isRaised;
        lock (_lock)
        {
            if (_isStopped) throw new UnavailableException("The server is stopping. Ask another, or again later.");
            if (_store.Contains(file)) return null;
            if (_transfers.TryGetValue(file.Sha1, out transfer))
            {
                isRaised = transfer.Raise(priority);
            }
            else
            {
                ThrowIfWrong(file);
                transfer = new ContentTransfer(file);
                transfer.Raise(priority);
                if (isForSibling) transfer.TryKeepFromSiblings();
                isRaised = false;
                _transfers.Add(file.Sha1, transfer);
                var started = transfer;
                transfer.Completion = Task.Run(() => RunAsync(started), CancellationToken.None);
            }
        }

        if (isRaised) _gates.Admit();
        return transfer;
    }

    private void ThrowIfNever(ContentFile file)
    {
        if (_plans.Current.PolicyOf(file.Sha1) == FetchPolicy.Never)
            throw new UnavailableException($"Content {file} is not stored here, and by its policy this server does not fetch it (`hierarchy content policy show`). Ask another server.");
    }

    private void ThrowIfWrong(ContentFile file)
    {
        if (!_wrong.TryGetValue(file.Sha1, out var wrong)) return;
        if (_time.GetElapsedTime(wrong.Since) < WrongFor) throw ContentTransfer.Copy(wrong.Failure);
        _wrong.Remove(file.Sha1);
    }

    private async Task<Exception?> RunAsync(ContentTransfer transfer)
    {
        Exception? failure = null;
        try
        {
            await _runner.RunAsync(transfer, _stopping.Token);
        }
        catch (OperationCanceledException e) when (_stopping.IsCancellationRequested)
        {
            failure = e;
        }
        catch (Exception e)
        {
            failure = e;
            if (e is UnavailableException or IntegrityException) Log.GivenUp(_log, transfer.File, e.Message);
            else Log.Failed(_log, transfer.File, e);
        }

        lock (_lock)
        {
            _transfers.Remove(transfer.File.Sha1);
            if (failure is IntegrityException) _wrong[transfer.File.Sha1] = (failure, _time.GetTimestamp());
        }

        if (failure is null) _failed.TryRemove(transfer.File.Sha1, out _);
        else if (failure is not OperationCanceledException) _failed[transfer.File.Sha1] = new FailedFile(transfer.File, failure.Message) { At = _time.GetUtcNow() };

        if (failure is not null) transfer.Fail(failure);
        transfer.Release();
        return failure;
    }

    private static partial class Log
    {
        [LoggerMessage(7101, LogLevel.Warning, "Content {File} was not fetched: {Reason}")]
        public static partial void GivenUp(ILogger log, ContentFile file, string reason);

        [LoggerMessage(7102, LogLevel.Error, "The transfer of content {File} broke.")]
        public static partial void Failed(ILogger log, ContentFile file, Exception exception);
    }
}
