using System.Buffers.Binary;
using System.Security.Cryptography;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Courier;

/// <summary>
/// A log without its decisions, for sites that approve for themselves. It is a log of its own: a position in it promises another state than the same sequence of the whole log, so it must not
/// bear that log's id. Its id is derived from the id of the whole log and the kinds that are left out, the same on every server; epochs and sequences are those of the whole log.
/// </summary>
public static class CatalogSubset
{
    private const int KnownKinds = 256;
    private const byte Version = 1;

    /// <summary>The kinds that this version leaves out, ascending.</summary>
    public static IReadOnlyList<int> KindsLeftOut { get; } = [.. Enumerable.Range(1, KnownKinds).Where(kind => RecordParts.Of(kind) == RecordPart.Decision)];

    /// <summary>The id of the subset: SHA-256 over `hierarchy catalog`, a version (1 byte), the log's id (16 bytes, network order) and the kinds (4 bytes each, big-endian, ascending); its first 16 bytes, as a GUID of version 8.</summary>
    public static LogId IdOf(LogId log, IReadOnlyList<int> kindsLeftOut)
    {
        var name = "hierarchy catalog"u8;
        var input = new byte[name.Length + 1 + 16 + (4 * kindsLeftOut.Count)];
        name.CopyTo(input);
        input[name.Length] = Version;
        log.Value.TryWriteBytes(input.AsSpan(name.Length + 1), bigEndian: true, out _);
        for (var i = 0; i < kindsLeftOut.Count; i++) BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(name.Length + 17 + (4 * i)), kindsLeftOut[i]);
        var id = SHA256.HashData(input).AsSpan(0, 16);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new LogId(new Guid(id, bigEndian: true));
    }

    /// <summary>True when this version's subset leaves the kind out.</summary>
    public static bool LeavesOut(int kind) => RecordParts.Of(kind) == RecordPart.Decision;
}
