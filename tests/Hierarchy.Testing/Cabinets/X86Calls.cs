using System.Buffers.Binary;

namespace Hierarchy.Testing.Cabinets;

/// <summary>Makes the targets of x86 calls absolute before LZX encodes them, so that calls of one place repeat: the decoder's translation the other way round.</summary>
internal static class X86Calls
{
    private const int FrameLength = LzxEncoder.FrameLength;
    private const int Tail = 10;

    public static void MakeAbsolute(Span<byte> code, int size)
    {
        for (var start = 0; start < code.Length; start += FrameLength)
        {
            var frame = code.Slice(start, Math.Min(FrameLength, code.Length - start));
            for (var at = 0; at < frame.Length - Tail; at++)
            {
                if (frame[at] != 0xE8)
                    continue;
                var current = start + at;
                var target = frame.Slice(at + 1, 4);
                var relative = BinaryPrimitives.ReadInt32LittleEndian(target);

                // What the decoder will make of it decides: a target that it leaves alone stays.
                if (relative >= -current && relative < size - current)
                    BinaryPrimitives.WriteInt32LittleEndian(target, relative + current);
                else if (relative >= size - current && relative < size)
                    BinaryPrimitives.WriteInt32LittleEndian(target, relative - size);
                at += 4;
            }
        }
    }
}
