using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Hierarchy.Storage.Reports;

/// <summary>
/// Which opening of the store gave which numbers of the outbox: a chapter begins, under a random id, each time the store is opened to be written. Immutable.
/// </summary>
/// <remarks>
/// A store that was taken back to an earlier state gives numbers out again, and one that is only told its numbers does not notice once it has given as many as before. It did so in another chapter: whoever
/// has one of the numbers of before names a chapter that this store never had, or has for other numbers.
/// </remarks>
internal sealed class OutboxChapters
{
    /// <summary>Older chapters are forgotten; a parent that names one of them is taken for one with numbers that were never given, and is given everything anew.</summary>
    public const int Kept = 1000;

    private const int Size = 24;
    private readonly ImmutableArray<(long First, Guid Id)> _chapters;

    private OutboxChapters(ImmutableArray<(long First, Guid Id)> chapters) => _chapters = chapters;

    /// <summary>Of a store that has not begun one.</summary>
    public static OutboxChapters None { get; } = new([]);

    /// <summary>The chapter of that number; empty for one from before the first that is kept.</summary>
    public Guid Of(long number)
    {
        for (var i = _chapters.Length - 1; i >= 0; i--)
            if (_chapters[i].First <= number)
                return _chapters[i].Id;
        return Guid.Empty;
    }

    /// <summary>The next number begins a chapter. One that gave no number is forgotten for it: nobody has a number of it.</summary>
    /// <param name="head">The highest number given.</param>
    /// <param name="id">Random.</param>
    public OutboxChapters Begin(long head, Guid id) => new([.. _chapters.TakeWhile(chapter => chapter.First <= head).TakeLast(Kept - 1), (head + 1, id)]);

    /// <summary>As it is stored.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_chapters.Length * Size];
        for (var i = 0; i < _chapters.Length; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * Size), _chapters[i].First);
            _chapters[i].Id.TryWriteBytes(bytes.AsSpan((i * Size) + 8, 16), bigEndian: true, out _);
        }

        return bytes;
    }

    /// <summary>As it was stored.</summary>
    public static OutboxChapters FromBytes(ReadOnlySpan<byte> bytes)
    {
        var chapters = ImmutableArray.CreateBuilder<(long, Guid)>(bytes.Length / Size);
        for (; bytes.Length >= Size; bytes = bytes[Size..])
            chapters.Add((BinaryPrimitives.ReadInt64BigEndian(bytes), new Guid(bytes.Slice(8, 16), bigEndian: true)));
        return new OutboxChapters(chapters.ToImmutable());
    }
}
