using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>Repeats bytes that were written before, the heart of every LZ77 decoder. May write up to <see cref="Slack"/> bytes too many.</summary>
internal static class MatchCopy
{
    /// <summary>Bytes that a buffer has beyond what is wanted, so that copies in whole vectors stay inside.</summary>
    public const int Slack = 32;

    /// <summary>Copies <paramref name="length"/> bytes from <paramref name="distance"/> before the position to the position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(Span<byte> buffer, int position, int distance, int length)
    {
        // One comparison refuses both zero and what lies before the start.
        if ((uint)(distance - 1) >= (uint)position) throw CabinetReader.Damaged("a match points before the start");
        if (length > buffer.Length - position - Slack) throw CabinetReader.Damaged("a match reaches over the end");
        if (distance < Vector128<byte>.Count)
        {
            CopyNear(buffer, position, distance, length);
            return;
        }

        // Both ends were checked above: the source starts inside, the target ends at least a vector before the end.
        ref var target = ref Unsafe.Add(ref MemoryMarshal.GetReference(buffer), position);
        ref var source = ref Unsafe.Subtract(ref target, distance);
        nuint at = 0;
        do
        {
            Vector128.LoadUnsafe(ref source, at).StoreUnsafe(ref target, at);
            at += (nuint)Vector128<byte>.Count;
        }
        while (at < (nuint)length);
    }

    private static void CopyNear(Span<byte> buffer, int position, int distance, int length)
    {
        if (distance == 1)
        {
            buffer.Slice(position, length).Fill(buffer[position - 1]);
            return;
        }

        var window = buffer.Slice(position - distance, distance + length);
        for (var at = 0; at < length; at++) window[at + distance] = window[at];
    }
}
