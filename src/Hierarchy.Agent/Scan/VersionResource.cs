using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using Hierarchy.Domain.Applicability;
using Microsoft.Win32.SafeHandles;

namespace Hierarchy.Agent.Scan;

/// <summary>
/// Reads the fixed version (VS_FIXEDFILEINFO) and the language of a Windows program or library from its version resource, on any platform: elsewhere than on Windows, .NET knows the
/// versions of its own libraries alone, and a version that is taken for none would make an update that is there look missing.
/// </summary>
internal sealed class VersionResource
{
    private const uint VersionType = 16;
    private const uint FixedSignature = 0xFEEF04BD;
    private const int FixedLength = 16;
    private const int DirectoryHeader = 16;
    private const int EntryLength = 8;
    private const int MaximumEntries = 4096;
    private const int MaximumLength = 64 * 1024;
    private const uint DirectoryFlag = 0x80000000;

    private readonly SafeFileHandle _file;
    private readonly PEHeaders _headers;

    private VersionResource(SafeFileHandle file, PEHeaders headers) => (_file, _headers) = (file, headers);

    /// <summary>Null for a file that is no such program, or has no version resource with a meaning.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    internal static (FourPartVersion Version, int Language)? Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.ReadByte() != 'M' || stream.ReadByte() != 'Z') return null;
        stream.Position = 0;
        try
        {
            return new VersionResource(stream.SafeFileHandle, new PEHeaders(stream)).Find();
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }

    private (FourPartVersion Version, int Language)? Find()
    {
        if (_headers.PEHeader is not { ResourceTableDirectory: { Size: > 0 } table }) return null;

        // A directory of types, each one of names, each one of languages.
        if (FindEntry(table.RelativeVirtualAddress, 0, VersionType) is not { IsDirectory: true } type) return null;
        if (FindEntry(table.RelativeVirtualAddress, type.Offset, wanted: null) is not { IsDirectory: true } name) return null;
        if (FindEntry(table.RelativeVirtualAddress, name.Offset, wanted: null) is not { IsDirectory: false } language) return null;
        if (ReadAt((long)table.RelativeVirtualAddress + language.Offset, 8) is not { } place) return null;
        var address = BinaryPrimitives.ReadUInt32LittleEndian(place);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(place.AsSpan(4));
        if (ReadAt(address, (int)Math.Min(length, MaximumLength)) is not { } data || FindFixed(data) is not { } version) return null;
        return (version, (int)language.Id);
    }

    /// <summary>The entry with that id of the directory at the offset; the first one when none is wanted.</summary>
    private (uint Id, int Offset, bool IsDirectory)? FindEntry(int table, int directory, uint? wanted)
    {
        if (ReadAt((long)table + directory, DirectoryHeader) is not { } header) return null;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(12)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14));
        if (ReadAt((long)table + directory + DirectoryHeader, Math.Min(count, MaximumEntries) * EntryLength) is not { } entries) return null;
        for (var at = 0; at < entries.Length; at += EntryLength)
        {
            var id = BinaryPrimitives.ReadUInt32LittleEndian(entries.AsSpan(at));
            if (wanted is not null && id != wanted) continue;
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(entries.AsSpan(at + 4));
            return (id, (int)(offset & ~DirectoryFlag), (offset & DirectoryFlag) != 0);
        }

        return null;
    }

    /// <summary>Bytes by their address in memory; null when no section of the file has them.</summary>
    private byte[]? ReadAt(long address, int length)
    {
        foreach (var section in _headers.SectionHeaders)
        {
            var offset = address - section.VirtualAddress;
            if (offset < 0 || offset + length > section.SizeOfRawData || section.PointerToRawData < 0) continue;
            var bytes = new byte[length];
            return RandomAccess.Read(_file, bytes, section.PointerToRawData + offset) == length ? bytes : null;
        }

        return null;
    }

    // It stands after a header and the text VS_VERSION_INFO, at a multiple of 32 bits.
    private static FourPartVersion? FindFixed(ReadOnlySpan<byte> data)
    {
        for (var offset = 0; offset + FixedLength <= data.Length; offset += sizeof(uint))
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(data[offset..]) != FixedSignature) continue;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(data[(offset + 8)..]);
            var low = BinaryPrimitives.ReadUInt32LittleEndian(data[(offset + 12)..]);
            return new FourPartVersion(high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF);
        }

        return null;
    }
}
