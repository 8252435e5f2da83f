using System.Buffers;
using Hierarchy.Content.Bandwidth;
using Hierarchy.Content.Store;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Transfer;

/// <summary>Carries one transfer to its end: origins in turn, resumption, back-off, schedules of links, verification.</summary>
internal sealed partial class TransferRunner(
    ContentStore store, IContentOrigins origins, ContentCounters counters, TransferGates gates, BandwidthGate bandwidth, ContentOptions options, TimeProvider time, ILogger log) : IDisposable
{
    private const int BufferLength = 128 << 10;

    /// <summary>A closed link is looked at again at least so often: its schedule may have been replaced.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(1);

    private readonly OriginClient _client = new(options);

    /// <summary>Returns when the file is stored; throws why it is not.</summary>
    public async Task RunAsync(ContentTransfer transfer, CancellationToken cancellationToken)
    {
        var run = new TransferRun(transfer);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var before = run.Length;
                if (await TryOriginsAsync(run, cancellationToken) is not { } failure) return;
                if (run.Length > before) attempt = 1;
                transfer.LastError = failure.Message;
                if (failure is LinkClosedException closed)
                {
                    attempt = 0;
                    await WaitForLinkAsync(transfer, closed, cancellationToken);
                    continue;
                }

                if (failure is IntegrityException || attempt >= options.MaxAttempts) throw failure;
                transfer.State = TransferState.Waiting;
                var delay = Delay(attempt);
                Log.Retry(log, transfer.File, attempt, options.MaxAttempts, failure.Message, delay);
                await Task.Delay(delay, time, cancellationToken);
            }
        }
        catch (IntegrityException) when (run.Partial is not null)
        {
            ContentStore.Discard(run.Partial);
            throw;
        }
        finally
        {
            run.Partial?.Dispose();
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Tries every origin once. Null: the file is stored. An <see cref="IntegrityException"/>: all that there are have sent something else.</summary>
    private async Task<Exception?> TryOriginsAsync(TransferRun run, CancellationToken cancellationToken)
    {
        var file = run.Transfer.File;
        var all = origins.For(file);
        Exception failure = run.Wrong ?? (Exception)new UnavailableException(
            $"Content {file} is not stored here and there is nowhere to fetch it from: {options.Source} names no place for it. Set {ContentOptions.Section}:ParentUrl or {ContentOptions.Section}:Source.");
        var hasOnlyWrong = all.Count > 0;
        foreach (var origin in all)
        {
            if (run.Refused.Contains(origin.Url)) continue;
            var isSibling = origin.Kind == ContentOriginKind.Sibling;
            if (isSibling && !run.Transfer.TryBeginSibling(origin.OnlyIfStored)) continue;
            try
            {
                if (await FetchAsync(run, origin, cancellationToken)) return null;
            }
            catch (StorageException e)
            {
                return e;
            }
            catch (UnavailableException e)
            {
                if (isSibling)
                {
                    Log.Sibling(log, file, e.Message);
                    origins.SiblingFailed(origin);
                }

                // A link that opens by and by is waited for, whatever else went wrong.
                if (failure is not LinkClosedException || e is LinkClosedException) failure = e;
                hasOnlyWrong = false;
            }
            catch (IntegrityException e)
            {
                counters.FailedVerification();
                Log.Wrong(log, file, e.Message);
                run.Refused.Add(origin.Url);
                run.Wrong = e;
                if (hasOnlyWrong) failure = e;
            }
            finally
            {
                if (isSibling) run.Transfer.EndSibling();
            }
        }

        return failure is IntegrityException && !hasOnlyWrong ? new UnavailableException(failure.Message, failure) : failure;
    }

    /// <summary>True: the file is stored; false: a sibling does not have it.</summary>
    private async Task<bool> FetchAsync(TransferRun run, ContentOrigin origin, CancellationToken cancellationToken)
    {
        var transfer = run.Transfer;
        bandwidth.ThrowIfClosed(origin, transfer.Priority);
        transfer.State = TransferState.Queued;
        using var place = await gates.Of(origin).EnterAsync(() => transfer.Priority, cancellationToken);
        transfer.State = TransferState.Fetching;
        transfer.Origin = origin;
        if (run.Partial is null)
        {
            run.Partial = await store.OpenPartialAsync(transfer.File, cancellationToken);
            transfer.Begin(run.Partial);
            if (run.Length > 0) Log.Resumed(log, transfer.File, run.Length);
        }

        while (true)
        {
            try
            {
                if (!await CopyAsync(run, run.Partial, origin, cancellationToken)) return false;
                await store.CommitAsync(run.Partial, origin.ToString(), cancellationToken);
                transfer.Succeed();
                Log.Stored(log, transfer.File, origin);
                return true;
            }
            catch (IntegrityException) when (run.HasTaken)
            {
                run.StartOver();
                // Bytes of an earlier process or another origin may be to blame: this one gets a chance of its own.
                if (!run.IsMixed) throw;
            }
        }
    }

    /// <summary>False: a sibling does not have it.</summary>
    private async Task<bool> CopyAsync(TransferRun run, PartialFile partial, ContentOrigin origin, CancellationToken cancellationToken)
    {
        var file = run.Transfer.File;
        using var stall = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var stopping = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), stall);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            run.HasTaken = partial.Length == file.Size;
            if (run.HasTaken)
            {
                run.Contribute(origin);
                return true;
            }

            using var body = await OpenAsync(run.Transfer, partial.Length, origin, stall, cancellationToken);
            if (body is null) return false;
            run.Contribute(origin);
            run.HasTaken = true;
            var skip = partial.Length - body.From;
            while (partial.Length < file.Size)
            {
                stall.CancelAfter(options.StallTimeout);
                var read = await body.Stream.ReadAsync(buffer, stall.Token);
                // What follows is this server's own work and its links' schedules: the origin is not to blame for their time.
                stall.CancelAfter(Timeout.InfiniteTimeSpan);
                if (read == 0) throw new UnavailableException($"Content {file} from {origin} ended at byte {partial.Length} of {file.Size}. It is tried again from there.");
                counters.Fetched(origin.Kind, read);
                var known = (int)Math.Min(skip, read);
                skip -= known;
                if (read - known > file.Size - partial.Length) throw new IntegrityException($"Content {file} from {origin} is longer than the {file.Size} bytes that the catalog says. Nothing of it was stored.");
                if (known < read)
                {
                    await partial.AppendAsync(buffer.AsMemory(known, read - known), cancellationToken);
                    run.Transfer.Publish(partial.Length);
                }

                await bandwidth.SpendAsync(origin, read, () => run.Transfer.Priority, cancellationToken);
            }

            return true;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"Content {file} from {origin}: nothing arrived for {options.StallTimeout}. It is tried again from byte {partial.Length}.", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new UnavailableException($"Content {file} from {origin} broke off at byte {partial.Length} of {file.Size}: {e.Message} It is tried again from there.", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A sibling may fetch the file itself first: it is waited for patiently while nobody waits here, and asked again with more weight when somebody does.</summary>
    private async Task<OriginBody?> OpenAsync(ContentTransfer transfer, long from, ContentOrigin origin, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        if (origin.Kind != ContentOriginKind.Sibling)
        {
            stall.CancelAfter(options.StallTimeout);
            return await _client.OpenAsync(origin, transfer.File, from, transfer.Priority, stall.Token);
        }

        while (true)
        {
            var priority = transfer.Priority;
            var patience = priority == TransferPriority.OnDemand || origin.OnlyIfStored ? options.SiblingPatience : options.SiblingPatienceAhead;
            using var limit = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            using var raised = transfer.UntilRaisedAbove(priority, either.Token);
            try
            {
                return await _client.OpenAsync(origin, transfer.File, from, priority, raised.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                if (transfer.Priority != priority) continue;
                throw new UnavailableException($"{origin} has not had content {transfer.File} within {patience}. It is fetched elsewhere.", e);
            }
            finally
            {
                transfer.Forget(raised);
            }
        }
    }

    private async Task WaitForLinkAsync(ContentTransfer transfer, LinkClosedException closed, CancellationToken cancellationToken)
    {
        var priority = transfer.Priority;
        transfer.State = TransferState.WaitingForLink;
        var now = time.GetLocalNow();
        var wait = closed.Until is { } until && until > now && until - now < LongestLook ? until - now : LongestLook;
        using var sleep = transfer.UntilRaisedAbove(priority, cancellationToken);
        try
        {
            await Task.Delay(wait, time, sleep.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A client waits now: that may be let through.
        }
        finally
        {
            transfer.Forget(sleep);
        }
    }

    private TimeSpan Delay(int attempt) => options.RetryDelay * Math.Pow(2, Math.Min(attempt - 1, 6)) * (1 - Random.Shared.NextDouble() / 2);

    private static partial class Log
    {
        [LoggerMessage(7201, LogLevel.Debug, "Content {File} stored from {Origin}.")]
        public static partial void Stored(ILogger log, ContentFile file, ContentOrigin origin);

        [LoggerMessage(7202, LogLevel.Information, "Content {File} goes on at byte {Length}: what was here before is verified.")]
        public static partial void Resumed(ILogger log, ContentFile file, long length);

        [LoggerMessage(7203, LogLevel.Warning, "Content {File}, attempt {Attempt} of {Attempts}: {Reason} Next attempt in {Delay}.")]
        public static partial void Retry(ILogger log, ContentFile file, int attempt, int attempts, string reason, TimeSpan delay);

        [LoggerMessage(7204, LogLevel.Warning, "Content {File} proved wrong: {Reason}")]
        public static partial void Wrong(ILogger log, ContentFile file, string reason);

        [LoggerMessage(7500, LogLevel.Information, "Content {File} does not come from a server of this site: {Reason}")]
        public static partial void Sibling(ILogger log, ContentFile file, string reason);
    }
}
