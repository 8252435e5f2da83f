using System.Runtime.InteropServices;

namespace Hierarchy.Testing.MicrosoftUpdate.Content;

/// <summary>A file that is made while it is read: noise that depends on a seed and the place alone, so nothing is stored and a range costs its own length.</summary>
public sealed class GeneratedBytes(ulong seed, long length) : FileBytes
{
    public override long Length => length;

    public override void Read(long offset, Span<byte> buffer)
    {
        // Whole words where the place allows it, single ones at the edges.
        while (!buffer.IsEmpty && (offset & 7) != 0)
        {
            buffer[0] = (byte)(Word(offset >> 3) >> (int)((offset & 7) * 8));
            buffer = buffer[1..];
            offset++;
        }

        var words = MemoryMarshal.Cast<byte, ulong>(buffer);
        var index = offset >> 3;
        for (var i = 0; i < words.Length; i++)
            words[i] = Word(index + i);

        var rest = buffer[(words.Length * 8)..];
        for (var i = 0; i < rest.Length; i++)
            rest[i] = (byte)(Word(index + words.Length) >> (i * 8));
    }

    // SplitMix64 in counter mode.
    private ulong Word(long index)
    {
        var z = seed + ((ulong)(index + 1) * 0x9E3779B97F4A7C15UL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
