using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Hierarchy.Agent.State;

/// <summary>
/// A file of frames (length, CRC-32C, bytes) that only grows. What follows the first frame that is not whole was never confirmed to anybody, or is damaged: it is cut off
/// when the file is opened, and what it said is learnt again.
/// </summary>
internal sealed class FrameFile : IDisposable
{
    internal const int MaximumFrame = 64 * 1024 * 1024;
    private const int HeaderLength = 8;

    private readonly SafeFileHandle _handle;

    private FrameFile(string path, SafeFileHandle handle, long length) => (Path, _handle, Length) = (path, handle, length);

    internal string Path { get; }

    /// <summary>Where the next frame goes.</summary>
    internal long Length { get; private set; }

    /// <summary>Bytes that were cut off when the file was opened.</summary>
    internal long Lost { get; private init; }

    /// <summary>Opens or creates the file and hands over every whole frame: where its bytes begin, and the bytes, valid during the call.</summary>
    /// <param name="path">The file.</param>
    /// <param name="each">Takes a frame; false when it makes no sense, which ends the file there.</param>
    internal static FrameFile Open(string path, Func<long, ReadOnlyMemory<byte>, bool> each)
    {
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var total = RandomAccess.GetLength(handle);
            var whole = ReadAll(path, total, each);
            if (whole < total)
            {
                RandomAccess.SetLength(handle, whole);
                RandomAccess.FlushToDisk(handle);
            }

            return new FrameFile(path, handle, whole) { Lost = total - whole };
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Appends a frame; returns where its bytes begin. It is durable after <see cref="Flush"/>.</summary>
    internal long Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaximumFrame) throw new ArgumentOutOfRangeException(nameof(bytes), $"A frame has at most {MaximumFrame} bytes.");
        var buffer = ArrayPool<byte>.Shared.Rent(HeaderLength + bytes.Length);
        try
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, bytes.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(4), Checksum(bytes));
            bytes.CopyTo(buffer.AsSpan(HeaderLength));
            RandomAccess.Write(_handle, buffer.AsSpan(0, HeaderLength + bytes.Length), Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var offset = Length + HeaderLength;
        Length = offset + bytes.Length;
        return offset;
    }

    internal void Flush() => RandomAccess.FlushToDisk(_handle);

    /// <summary>Reads the bytes of a frame that was handed over or appended before.</summary>
    internal byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        var read = 0;
        while (read < length)
        {
            var count = RandomAccess.Read(_handle, bytes.AsSpan(read), offset + read);
            if (count == 0) throw new EndOfStreamException($"{Path} ends at {offset + read}; {offset + length} bytes were written.");
            read += count;
        }

        return bytes;
    }

    public void Dispose() => _handle.Dispose();

    private static long ReadAll(string path, long total, Func<long, ReadOnlyMemory<byte>, bool> each)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16, FileOptions.SequentialScan);
        var header = new byte[HeaderLength];
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            var position = 0L;
            while (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(header);
                if (length is < 0 or > MaximumFrame || length > total - position - HeaderLength) break;
                if (length > buffer.Length)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(length);
                }

                if (stream.ReadAtLeast(buffer.AsSpan(0, length), length, throwOnEndOfStream: false) < length) break;
                if (Checksum(buffer.AsSpan(0, length)) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4))) break;
                if (!each(position + HeaderLength, buffer.AsMemory(0, length))) break;
                position += HeaderLength + length;
            }

            return position;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The length is part of what is checked: a run of zeros is no frame.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (uint)bytes.Length);
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
