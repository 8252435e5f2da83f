using System.Collections.Immutable;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Logs;

/// <summary>
/// A change log on a simulated disk. Every transaction is an image; a log without `synchronous=FULL` can lose the newest of them to a power loss, records and staging together.
/// </summary>
internal abstract class MemoryLog(LogImage image) : ILogReader
{
    private const int Kept = 64;
    private ImmutableList<LogImage> _older = [];
    private LogImage _image = image;

    /// <summary>Runs before every write with its name; throwing is a failing disk.</summary>
    public Action<string>? BeforeWrite { get; set; }

    /// <summary>Runs after every write, before anybody hears of it; throwing is a power failure just then.</summary>
    public Action<string>? AfterWrite { get; set; }

    /// <summary>Transactions since the log was made.</summary>
    public int Writes { get; private set; }

    public LogImage Image => Volatile.Read(ref _image);

    public LogHead Head => Image.Head;

    public IReadOnlyList<Epoch> Epochs => Image.Epochs;

    public ValueTask<LogPage> ReadPageAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Image.ReadPage(after, maxRecords, maxBytes));

    public ValueTask<ChangeRecord?> FindAsync(int kind, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var image = Image;
        return ValueTask.FromResult(image.Index.TryGetValue(new RecordKey(kind, key), out var sequence) ? image.Records[sequence] : (ChangeRecord?)null);
    }

    public ValueTask<IReadOnlyList<ChangeRecord>> ReadKindAsync(int kind, ReadOnlyMemory<byte>? below, int skip, int maxRecords, CancellationToken cancellationToken) =>
        ValueTask.FromResult(OfKind(Image.Records.Values, kind, below, skip, maxRecords));

    /// <summary>What <see cref="ILogReader.ReadKindAsync"/> gives of these.</summary>
    public static IReadOnlyList<ChangeRecord> OfKind(IEnumerable<ChangeRecord> records, int kind, ReadOnlyMemory<byte>? below, int skip, int maxRecords) =>
    [
        .. records.Where(record => record.Kind == kind && !record.IsTombstone && (below is not { } key || record.Key.Span.SequenceCompareTo(key.Span) < 0))
            .OrderByDescending(record => Convert.ToHexString(record.Key.Span), StringComparer.Ordinal).Skip(skip).Take(maxRecords),
    ];

    /// <summary>The image that is on the disk after a power loss that takes the newest transactions with it.</summary>
    public LogImage AfterPowerLoss(int transactionsLost) =>
        transactionsLost == 0 || _older.Count == 0 ? Image : _older[Math.Max(0, _older.Count - transactionsLost)];

    /// <summary>The kind of digest that this log has.</summary>
    public IDigestSum NewSum() => Image.IsGenuine ? new LogDigest() : new SetSumDigest();

    /// <summary>A record's payload changes on the disk, and nothing says so.</summary>
    public void Rot(long sequence, ReadOnlyMemory<byte> payload) => Volatile.Write(ref _image, Image.Rot(sequence, payload));

    protected void Write(string what, LogImage image)
    {
        BeforeWrite?.Invoke(what);
        Writes++;
        _older = _older.Add(Image);
        if (_older.Count > Kept) _older = _older.RemoveAt(0);
        Volatile.Write(ref _image, image);
        AfterWrite?.Invoke(what);
    }
}
