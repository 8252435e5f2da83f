using System.Buffers.Binary;

namespace Hierarchy.Domain.Changes;

/// <summary>
/// The record that says how many revision numbers are given: kind <see cref="RecordKinds.RevisionNumbers"/>, empty key; payload: layout version 1 (one byte), then the highest number ever reserved
/// (8 bytes, big-endian). Every mirror has it, so whoever is promoted gives none of them again.
/// </summary>
public static class RevisionNumberPayload
{
    /// <summary>What an authority that starts <see cref="AuthorityStart.AfterLoss"/> leaves out: more than another can have given since the newest record that is here.</summary>
    public const int Skip = 1_000_000;

    private const byte Layout = 1;
    private const int Length = 1 + 8;

    /// <summary>The change that reserves as far as a number.</summary>
    public static Change Reserve(long highest)
    {
        var bytes = new byte[Length];
        bytes[0] = Layout;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), highest);
        return new Change(RecordKinds.RevisionNumbers, ReadOnlyMemory<byte>.Empty, bytes);
    }

    /// <summary>The highest number ever reserved.</summary>
    /// <exception cref="IntegrityException">It is not such a payload.</exception>
    public static long Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Length || bytes[0] != Layout)
            throw new IntegrityException($"The change log holds a record of revision numbers of {bytes.Length} bytes that this version cannot read; update this server before it decides.");
        return BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
    }
}
