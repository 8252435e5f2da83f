using System.Buffers.Binary;
using Hierarchy.Domain;

namespace Hierarchy.Server.Verification;

/// <summary>
/// Which sequence the log had come to at which time, sparsely: ascending in both. Immutable. Its bytes: layout version 1, then sequence and UTC ticks of each mark, 8 bytes each, big-endian.
/// </summary>
internal sealed class SequenceMarks
{
    private const byte Layout = 1;
    private const int Most = 1024;
    private readonly (long Sequence, DateTimeOffset Time)[] _marks;

    private SequenceMarks((long, DateTimeOffset)[] marks) => _marks = marks;

    public static SequenceMarks Empty { get; } = new([]);

    public int Count => _marks.Length;

    /// <exception cref="IntegrityException">These are no marks.</exception>
    public static SequenceMarks Read(byte[]? bytes)
    {
        if (bytes is null) return Empty;
        if (bytes.Length % 16 != 1 || bytes[0] != Layout)
            throw new IntegrityException("The marks of sequences and times in this server's local state cannot be read; a newer version may have written them. Update this server.");
        var marks = new (long, DateTimeOffset)[bytes.Length / 16];
        for (var i = 0; i < marks.Length; i++)
            marks[i] = (BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1 + (16 * i))), new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(9 + (16 * i))), TimeSpan.Zero));
        return new SequenceMarks(marks);
    }

    public byte[] Write()
    {
        var bytes = new byte[1 + (16 * _marks.Length)];
        bytes[0] = Layout;
        for (var i = 0; i < _marks.Length; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1 + (16 * i)), _marks[i].Sequence);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(9 + (16 * i)), _marks[i].Time.UtcTicks);
        }

        return bytes;
    }

    /// <summary>
    /// One more, if it is far enough from the last one. A log that went back (an old backup) takes the marks above it along; a clock that was set back marks nothing until it has come up again,
    /// so that nothing seems older than it is.
    /// </summary>
    public SequenceMarks With(long sequence, DateTimeOffset time, TimeSpan apart)
    {
        var kept = _marks.Where(mark => mark.Sequence <= sequence).ToArray();
        if (kept.Length > 0 && (sequence == kept[^1].Sequence || time < kept[^1].Time + apart)) return kept.Length == _marks.Length ? this : new SequenceMarks(kept);
        return new SequenceMarks([.. kept.TakeLast(Most - 1), (sequence, time)]);
    }

    /// <summary>The highest sequence that the log had come to by then; 0 when none is known. Older marks are of no use afterwards.</summary>
    public long At(DateTimeOffset time)
    {
        var found = 0L;
        foreach (var mark in _marks)
            if (mark.Time <= time)
                found = mark.Sequence;
        return found;
    }

    /// <summary>Without the marks that are older than the one that answers for a time.</summary>
    public SequenceMarks Since(DateTimeOffset time)
    {
        var sequence = At(time);
        return new SequenceMarks(_marks.Where(mark => mark.Sequence >= sequence).ToArray());
    }
}
