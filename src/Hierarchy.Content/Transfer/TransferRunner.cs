using System.Buffers;
using Hierarchy.Content.Store;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Transfer;

/// <summary>Carries one transfer to its end: origins in turn, resumption, back-off, verification.</summary>
internal sealed partial class TransferRunner(
    ContentStore store, IContentOrigins origins, ContentCounters counters, TransferGate gate, ContentOptions options, TimeProvider time, ILogger log) : IDisposable
{
    private const int BufferLength = 128 << 10;

    private readonly OriginClient _client = new(options);

    /// <summary>Returns when the file is stored; throws why it is not.</summary>
    public async Task RunAsync(ContentTransfer transfer, CancellationToken cancellationToken)
    {
        var run = new Run(transfer);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var before = run.Length;
                if (await TryOriginsAsync(run, cancellationToken) is not { } failure) return;
                if (run.Length > before) attempt = 1;
                if (failure is IntegrityException || attempt >= options.MaxAttempts) throw failure;

                transfer.LastError = failure.Message;
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
    private async Task<Exception?> TryOriginsAsync(Run run, CancellationToken cancellationToken)
    {
        var file = run.Transfer.File;
        var all = origins.For(file);
        Exception failure = run.Wrong ?? (Exception)new UnavailableException(
            $"Content {file} is not stored here and there is nowhere to fetch it from: {options.Source} names no place for it. Set {ContentOptions.Section}:ParentUrl or {ContentOptions.Section}:Source.");
        var hasOnlyWrong = all.Count > 0;
        foreach (var origin in all)
        {
            if (run.Refused.Contains(origin.Url)) continue;
            try
            {
                await FetchAsync(run, origin, cancellationToken);
                return null;
            }
            catch (UnavailableException e)
            {
                failure = e;
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
        }

        return failure is IntegrityException && !hasOnlyWrong ? new UnavailableException(failure.Message, failure) : failure;
    }

    private async Task FetchAsync(Run run, ContentOrigin origin, CancellationToken cancellationToken)
    {
        run.Transfer.State = TransferState.Queued;
        using var place = await gate.EnterAsync(() => run.Transfer.Priority, cancellationToken);
        run.Transfer.State = TransferState.Fetching;
        if (run.Partial is null)
        {
            run.Partial = await store.OpenPartialAsync(run.Transfer.File, cancellationToken);
            run.Transfer.Begin(run.Partial);
            if (run.Length > 0) Log.Resumed(log, run.Transfer.File, run.Length);
        }

        while (true)
        {
            try
            {
                await CopyAsync(run, run.Partial, origin, cancellationToken);
                await store.CommitAsync(run.Partial, origin.ToString(), cancellationToken);
                run.Transfer.Succeed();
                Log.Stored(log, run.Transfer.File, origin);
                return;
            }
            catch (IntegrityException) when (run.HasTaken)
            {
                run.StartOver();
                // Bytes of an earlier process or another origin may be to blame: this one gets a chance of its own.
                if (!run.IsMixed) throw;
            }
        }
    }

    private async Task CopyAsync(Run run, PartialFile partial, ContentOrigin origin, CancellationToken cancellationToken)
    {
        var file = run.Transfer.File;
        using var stall = new CancellationTokenSource(options.StallTimeout, time);
        await using var stopping = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), stall);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            run.Contribute(origin);
            run.HasTaken = partial.Length == file.Size;
            if (run.HasTaken) return;
            using var body = await _client.OpenAsync(origin, file, partial.Length, stall.Token);
            run.HasTaken = true;
            var skip = partial.Length - body.From;
            while (partial.Length < file.Size)
            {
                stall.CancelAfter(options.StallTimeout);
                var read = await body.Stream.ReadAsync(buffer, stall.Token);
                if (read == 0) throw new UnavailableException($"Content {file} from {origin} ended at byte {partial.Length} of {file.Size}. It is tried again from there.");
                counters.Fetched(origin.Kind, read);
                var known = (int)Math.Min(skip, read);
                skip -= known;
                if (known == read) continue;
                if (read - known > file.Size - partial.Length) throw new IntegrityException($"Content {file} from {origin} is longer than the {file.Size} bytes that the catalog says. Nothing of it was stored.");
                await partial.AppendAsync(buffer.AsMemory(known, read - known), cancellationToken);
                run.Transfer.Publish(partial.Length);
            }
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

    private TimeSpan Delay(int attempt) => options.RetryDelay * Math.Pow(2, Math.Min(attempt - 1, 6)) * (1 - Random.Shared.NextDouble() / 2);

    /// <summary>What one transfer remembers between its attempts.</summary>
    private sealed class Run(ContentTransfer transfer)
    {
        private Uri? _contributor;

        public ContentTransfer Transfer { get; } = transfer;

        public PartialFile? Partial { get; set; }

        /// <summary>Origins that sent something else.</summary>
        public HashSet<Uri> Refused { get; } = [];

        /// <summary>What the last of them sent.</summary>
        public IntegrityException? Wrong { get; set; }

        /// <summary>True when the bytes are not all from the origin that contributed last.</summary>
        public bool IsMixed { get; private set; }

        /// <summary>True when the last copy took bytes, or had them all: then they may be wrong.</summary>
        public bool HasTaken { get; set; }

        public long Length => Partial?.Length ?? 0;

        public void Contribute(ContentOrigin origin)
        {
            IsMixed = Length > 0 && (IsMixed || _contributor != origin.Url);
            _contributor = origin.Url;
        }

        public void StartOver()
        {
            // Readers are told before the bytes go.
            Transfer.StartOver();
            Partial?.Restart();
        }
    }

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
    }
}
