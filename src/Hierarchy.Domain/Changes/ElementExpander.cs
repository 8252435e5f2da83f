using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hierarchy.Domain.Changes;

/// <summary>SHAKE128 (FIPS 202) of a batch of short inputs to the 2,048 bytes of an element each, added to or subtracted from a sum of 16-bit lanes as they come out: no element is ever stored.</summary>
internal static class ElementExpander<T> where T : unmanaged, IKeccakLanes<T>
{
    /// <summary>Bytes that one permutation absorbs or gives.</summary>
    public const int Rate = 168;

    /// <summary>64-bit words of an element.</summary>
    public const int ElementWords = 256;

    private const int RateWords = Rate / 8;

    /// <summary>Adds up to `T.Count` elements to the sums; each state has sums of its own, `sums[word * T.Count + state]`.</summary>
    /// <param name="blocks">The padded input blocks (see <see cref="Pad"/>), <see cref="Rate"/> bytes each.</param>
    /// <param name="negative">Per input: true to subtract.</param>
    /// <param name="sums">`ElementWords * T.Count` words.</param>
    public static void Accumulate(ReadOnlySpan<byte> blocks, ReadOnlySpan<bool> negative, Span<ulong> sums)
    {
        Span<ulong> used = stackalloc ulong[T.Count];
        Span<ulong> signs = stackalloc ulong[T.Count];
        for (var i = 0; i < negative.Length; i++)
        {
            used[i] = ulong.MaxValue;
            signs[i] = negative[i] ? ulong.MaxValue : 0;
        }

        Span<T> state = stackalloc T[Keccak<T>.Words];
        Absorb(blocks, negative.Length, state);

        var usedLanes = T.Load(used);
        var negativeLanes = T.Load(signs);
        var rest = MemoryMarshal.Cast<ulong, T>(sums)[..ElementWords];
        while (true)
        {
            Keccak<T>.Permute(state);
            var words = Math.Min(RateWords, rest.Length);
            for (var i = 0; i < words; i++)
                rest[i] = T.AddSigned(rest[i], state[i], usedLanes, negativeLanes);
            rest = rest[words..];
            if (rest.IsEmpty) return;
        }
    }

    /// <summary>Adds what each state has summed to the lanes of a digest, and empties the sums.</summary>
    public static void Collapse(Span<ulong> sums, Span<ulong> digest)
    {
        var vectors = MemoryMarshal.Cast<ulong, T>(sums)[..ElementWords];
        var all = KeccakLanes1.Broadcast(ulong.MaxValue);
        var none = KeccakLanes1.Broadcast(0);
        for (var i = 0; i < ElementWords; i++)
            digest[i] = KeccakLanes1.AddSigned(KeccakLanes1.Broadcast(digest[i]), KeccakLanes1.Broadcast(T.Total(vectors[i])), all, none).Value;
        sums.Clear();
    }

    /// <summary>Ends an input of <paramref name="length"/> bytes that stands at the start of a block: the domain bits of SHAKE, then pad10*1.</summary>
    public static void Pad(Span<byte> block, int length)
    {
        block[length..Rate].Clear();
        block[length] = 0x1F;
        block[Rate - 1] |= 0x80;
    }

    private static void Absorb(ReadOnlySpan<byte> blocks, int count, Span<T> state)
    {
        Span<ulong> words = stackalloc ulong[T.Count];
        state.Fill(T.Broadcast(0));
        for (var word = 0; word < RateWords; word++)
        {
            for (var i = 0; i < count; i++)
                words[i] = BinaryPrimitives.ReadUInt64LittleEndian(blocks[(i * Rate + word * 8)..]);
            state[word] = T.Load(words);
        }
    }
}
