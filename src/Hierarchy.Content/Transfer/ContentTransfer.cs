using Hierarchy.Content.Store;
using Hierarchy.Domain;
using Microsoft.Win32.SafeHandles;

namespace Hierarchy.Content.Transfer;

/// <summary>
/// One file that is arriving, and everyone who waits for it. The fetcher writes: begins a run, publishes progress, starts over
/// when bytes proved wrong, ends. Readers follow at their own pace through the file on the disk.
/// </summary>
internal sealed class ContentTransfer(ContentFile file)
{
    /// <summary>Guards all fields below it.</summary>
    private readonly Lock _lock = new();

    /// <summary>Completed and replaced whenever something below changes.</summary>
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SafeFileHandle? _handle;
    private long _available;
    private int _run;
    private Exception? _failure;

    /// <summary>The writer counts as one; the last to leave closes the handle.</summary>
    private int _holders = 1;

    private int _priority;

    /// <summary>Cancelled, each, when the priority rises.</summary>
    private readonly HashSet<CancellationTokenSource> _untilRaised = [];

    private bool _isAtSibling;
    private bool _isForSibling;

    public ContentFile File { get; } = file;

    /// <summary>Ends with null when the file is stored, or with why it is not; never throws. Set by the fetcher before anyone sees the transfer.</summary>
    public Task<Exception?> Completion { get; set; } = Task.FromResult<Exception?>(null);

    public TransferPriority Priority => (TransferPriority)Volatile.Read(ref _priority);

    public TransferState State { get; set; }

    public string? LastError { get; set; }

    /// <summary>Where it is fetched from, or was last; null before the first attempt.</summary>
    public ContentOrigin? Origin { get; set; }

    /// <summary>Bytes of the file that are here, verified or not.</summary>
    public long Received { get; private set; }

    /// <summary>Raises the priority; true when it was lower.</summary>
    public bool Raise(TransferPriority priority)
    {
        if (priority != TransferPriority.OnDemand || Interlocked.Exchange(ref _priority, (int)priority) == (int)priority) return false;
        lock (_lock)
        {
            // Not here and now: whoever waits would go on inside this lock.
            foreach (var cancel in _untilRaised) _ = cancel.CancelAsync();
        }

        return true;
    }

    /// <summary>A source that is cancelled when the priority rises above that one, or when the token is.</summary>
    public CancellationTokenSource UntilRaisedAbove(TransferPriority priority, CancellationToken cancellationToken)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock) _untilRaised.Add(cancel);
        if (Priority > priority) cancel.Cancel();
        return cancel;
    }

    /// <summary>Nobody waits by that source any more.</summary>
    public void Forget(CancellationTokenSource untilRaised)
    {
        lock (_lock) _untilRaised.Remove(untilRaised);
    }

    /// <summary>A sibling takes this file from here: from now on no sibling is asked for it. False when one is being asked at this moment: then the two would wait for each other.</summary>
    public bool TryKeepFromSiblings()
    {
        lock (_lock)
        {
            if (_isAtSibling) return false;
            _isForSibling = true;
            return true;
        }
    }

    /// <summary>False when a sibling waits for this file itself. One that is asked only for what it has answers at once: nobody can be kept waiting by that.</summary>
    public bool TryBeginSibling(bool onlyIfStored)
    {
        lock (_lock)
        {
            if (_isForSibling) return false;
            _isAtSibling = !onlyIfStored;
            return true;
        }
    }

    public void EndSibling()
    {
        lock (_lock) _isAtSibling = false;
    }

    /// <summary>A reader joins; false when the transfer has ended and everyone has left.</summary>
    public bool TryHold()
    {
        lock (_lock)
        {
            if (_holders == 0) return false;
            _holders++;
            return true;
        }
    }

    public void Release()
    {
        lock (_lock)
        {
            if (--_holders == 0) _handle?.Dispose();
        }
    }

    /// <summary>The partial file is open; what an earlier process verified can be read at once.</summary>
    public void Begin(PartialFile partial)
    {
        lock (_lock) _handle = partial.Handle;
        Publish(partial.Length);
    }

    /// <summary>Bytes up to <paramref name="length"/> are on the disk and not verified as a whole: the last byte is withheld.</summary>
    public void Publish(long length)
    {
        Received = length;
        Change(() => _available = Math.Min(length, File.Size - 1));
    }

    /// <summary>What arrived was wrong: whoever took a byte of it is told; those who only wait go on waiting.</summary>
    public void StartOver() => Change(() =>
    {
        Received = 0;
        _available = 0;
        _run++;
    });

    /// <summary>The file is verified and stored.</summary>
    public void Succeed() => Change(() => _available = File.Size);

    public void Fail(Exception failure) => Change(() => _failure = failure);

    public async ValueTask<long> WaitForAsync(long offset, int run, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (_lock)
            {
                CheckRun(run);
                if (_available > offset) return _available;
                if (_failure is not null) throw Copy(_failure);
                change = _changed.Task;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask<(int Read, int Run)> ReadAsync(long offset, Memory<byte> buffer, int run, CancellationToken cancellationToken)
    {
        SafeFileHandle handle;
        lock (_lock)
        {
            CheckRun(run);
            run = _run;
            handle = _handle ?? throw new InvalidOperationException("Nothing has arrived yet: wait for a byte before reading it.");
            buffer = buffer[..(int)Math.Min(buffer.Length, _available - offset)];
        }

        var read = await RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken);
        // Again, since the bytes may have been replaced while they were read.
        lock (_lock) CheckRun(run);
        return (read, run);
    }

    private void CheckRun(int run)
    {
        if (run >= 0 && run != _run)
            throw new IntegrityException($"Content {File} proved wrong while it was passed on. What was taken of it is to be thrown away; ask again.");
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>Many wait for one failure: each throws an exception of its own, with the first as its cause.</summary>
    internal static Exception Copy(Exception failure) => failure switch
    {
        IntegrityException => new IntegrityException(failure.Message, failure),
        OperationCanceledException => new UnavailableException("The server is stopping. Ask another, or again later.", failure),
        _ => new UnavailableException(failure.Message, failure),
    };
}
