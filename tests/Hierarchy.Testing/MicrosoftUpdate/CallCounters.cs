using System.Collections.Concurrent;

namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>What a simulated server was asked and what it sent. Counts grow only; a test looks at differences.</summary>
public sealed class CallCounters
{
    private readonly ConcurrentDictionary<string, long> _calls = new(StringComparer.Ordinal);
    private long _metadataBytes;
    private long _contentBytes;
    private long _contentRequests;
    private long _updatesSent;
    private long _faults;
    private long _filesAsked;

    /// <summary>Calls by operation, faulted ones included.</summary>
    public IReadOnlyDictionary<string, long> Calls => _calls;

    /// <summary>Bytes of the answers to SOAP calls.</summary>
    public long MetadataBytes => Interlocked.Read(ref _metadataBytes);

    /// <summary>Bytes of content handed to the connection.</summary>
    public long ContentBytes => Interlocked.Read(ref _contentBytes);

    public long ContentRequests => Interlocked.Read(ref _contentRequests);

    /// <summary>Documents sent by GetUpdateData.</summary>
    public long UpdatesSent => Interlocked.Read(ref _updatesSent);

    /// <summary>Calls that ended in a fault, injected ones included.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Files that DownloadFiles asked for and that are known.</summary>
    public long FilesAskedFor => Interlocked.Read(ref _filesAsked);

    public long CallsOf(string operation) => _calls.GetValueOrDefault(operation);

    internal void Called(string operation) => _calls.AddOrUpdate(operation, 1, static (_, count) => count + 1);

    internal void Answered(long bytes) => Interlocked.Add(ref _metadataBytes, bytes);

    internal void ContentRequested() => Interlocked.Increment(ref _contentRequests);

    internal void ContentSent(long bytes) => Interlocked.Add(ref _contentBytes, bytes);

    internal void Sent(int updates) => Interlocked.Add(ref _updatesSent, updates);

    internal void FilesAsked(int files) => Interlocked.Add(ref _filesAsked, files);

    internal void Faulted() => Interlocked.Increment(ref _faults);
}
