using System.Buffers.Binary;
using System.Security.Cryptography;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Approvals;

/// <summary>What one client is to do with one revision.</summary>
/// <param name="Entry">The revision.</param>
/// <param name="Action">What to do.</param>
/// <param name="Deadline">By when, UTC; null for none.</param>
public readonly record struct Decision(CatalogEntry Entry, DecisionAction Action, DateTimeOffset? Deadline)
{
    /// <summary>The deadline is what the clock on the computer's wall shows, written as if it were UTC: <see cref="FloatingDeadline"/>.</summary>
    public bool IsDeadlineFloating { get; init; }

    /// <summary>Equal for equal decisions about equal documents, on every server and in every version.</summary>
    public ulong Hash()
    {
        const byte floating = 0x80;
        Span<byte> bytes = stackalloc byte[4 + 1 + 8 + 32];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Entry.RevisionId);
        bytes[4] = IsDeadlineFloating ? (byte)((byte)Action | floating) : (byte)Action;
        BinaryPrimitives.WriteInt64BigEndian(bytes[5..], Deadline?.UtcTicks ?? 0);
        Entry.DocumentDigest.Span.CopyTo(bytes[13..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
