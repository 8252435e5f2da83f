using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Hierarchy.Domain;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>
/// Reads one member of a cabinet in memory ([MS-CAB]): LZX with every window, MSZIP and stored folders. Nothing is trusted: sizes are
/// checked against the bytes that are there before memory is taken, and a cabinet that lies gives <see cref="IntegrityException"/>.
/// </summary>
public static class CabinetReader
{
    private const int HeaderLength = 36;
    private const int FileHeaderLength = 16;
    private const int MaxNameLength = 256;
    private const ushort HasPrevious = 1;
    private const ushort HasNext = 2;
    private const ushort HasReserve = 4;

    /// <summary>The bytes of a member, found by name without regard to letter case.</summary>
    /// <exception cref="IntegrityException">The cabinet is damaged, exceeds the limits, or has no such member.</exception>
    public static byte[] ReadMember(ReadOnlyMemory<byte> cabinet, string member, CabinetLimits limits)
    {
        var found = Find(cabinet.Span, member, limits);
        return Decode(cabinet.Span, found, bytes => bytes.ToArray());
    }

    /// <summary>The text of a member that is UTF-16, little-endian, as update documents are; a byte order mark is part of the text.</summary>
    /// <exception cref="IntegrityException">As <see cref="ReadMember"/>; or the member has an odd length.</exception>
    public static string ReadText(ReadOnlyMemory<byte> cabinet, string member, CabinetLimits limits)
    {
        var found = Find(cabinet.Span, member, limits);
        if (found.Length % 2 != 0) throw Damaged($"member `{member}` is not UTF-16, for its length is {found.Length}");
        return Decode(cabinet.Span, found, Encoding.Unicode.GetString);
    }

    internal static IntegrityException Damaged(string what) => new($"The cabinet is damaged: {what}.");

    private static Member Find(ReadOnlySpan<byte> cabinet, string name, CabinetLimits limits)
    {
        if (cabinet.Length < HeaderLength || !cabinet.StartsWith("MSCF"u8)) throw Damaged("it does not begin with a cabinet header");
        var stated = BinaryPrimitives.ReadUInt32LittleEndian(cabinet[8..]);
        if (stated > cabinet.Length) throw Damaged($"it is cut off after {cabinet.Length:N0} of {stated:N0} bytes");
        if (cabinet[25] != 1) throw Damaged($"its format version is {cabinet[25]}, not 1");
        var filesOffset = BinaryPrimitives.ReadUInt32LittleEndian(cabinet[16..]);
        var folders = BinaryPrimitives.ReadUInt16LittleEndian(cabinet[26..]);
        var files = BinaryPrimitives.ReadUInt16LittleEndian(cabinet[28..]);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(cabinet[30..]);

        var position = HeaderLength;
        var (folderReserve, dataReserve) = (0, 0);
        if ((flags & HasReserve) != 0)
        {
            var reserve = Take(cabinet, ref position, 4);
            (folderReserve, dataReserve) = (reserve[2], reserve[3]);
            Take(cabinet, ref position, BinaryPrimitives.ReadUInt16LittleEndian(reserve));
        }

        for (var names = ((flags & HasPrevious) != 0 ? 2 : 0) + ((flags & HasNext) != 0 ? 2 : 0); names > 0; names--)
            TakeName(cabinet, ref position);

        var foldersOffset = position;
        if (filesOffset > cabinet.Length) throw Damaged("its list of members lies outside");
        position = (int)filesOffset;
        for (; files > 0; files--)
        {
            var file = Take(cabinet, ref position, FileHeaderLength);
            if (!IsNamed(TakeName(cabinet, ref position), name)) continue;
            var folder = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
            if (folder >= folders) throw Damaged($"member `{name}` lies in folder {folder} of {folders}, or in another cabinet");
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file);
            var start = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
            if ((long)start + length > limits.MaxOutput)
                throw new IntegrityException($"Member `{name}` of the cabinet needs {(long)start + length:N0} bytes decoded; {limits.MaxOutput:N0} is the limit.");
            position = foldersOffset + (folder * (8 + folderReserve));
            var header = Take(cabinet, ref position, 8);
            var blocks = CabinetBlocks.Read(cabinet, header, dataReserve);
            if ((long)start + length > blocks.Uncompressed) throw Damaged($"member `{name}` is longer than its folder");
            if (blocks.Uncompressed > limits.RatioFloor && blocks.Uncompressed / limits.MaxRatio > blocks.Compressed)
                throw new IntegrityException($"The cabinet claims {blocks.Uncompressed:N0} bytes from {blocks.Compressed:N0}; {limits.MaxRatio} to one is the limit.");
            return new Member(blocks, (int)start, (int)length);
        }

        throw new IntegrityException($"The cabinet has no member `{name}`.");
    }

    private static T Decode<T>(ReadOnlySpan<byte> cabinet, Member member, Func<ReadOnlySpan<byte>, T> use)
    {
        var end = member.Start + member.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(member.Blocks.Uncompressed, end + CabinetBlocks.MaxBlock) + MatchCopy.Slack);
        try
        {
            CabinetDecoder.Decode(cabinet, member.Blocks, buffer, end);
            return use(buffer.AsSpan(member.Start, member.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> cabinet, ref int position, int length)
    {
        if (length > cabinet.Length - position) throw Damaged($"a header at {position:N0} reaches over its end");
        var taken = cabinet.Slice(position, length);
        position += length;
        return taken;
    }

    private static ReadOnlySpan<byte> TakeName(ReadOnlySpan<byte> cabinet, ref int position)
    {
        var rest = cabinet[position..];
        var length = rest[..Math.Min(rest.Length, MaxNameLength + 1)].IndexOf((byte)0);
        if (length < 0) throw Damaged($"a name at {position:N0} does not end");
        position += length + 1;
        return rest[..length];
    }

    private static bool IsNamed(ReadOnlySpan<byte> found, string name) =>
        found.Length == Encoding.UTF8.GetByteCount(name) && Encoding.UTF8.GetString(found).Equals(name, StringComparison.OrdinalIgnoreCase);

    private readonly record struct Member(CabinetBlocks Blocks, int Start, int Length);
}
