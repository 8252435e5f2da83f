using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Hierarchy.Domain.Changes;

/// <summary>SHAKE128 of any length without the platform's cryptography, which does not have it everywhere. For what is public: it makes no effort to hide timing or erase memory.</summary>
internal static class Shake128Managed
{
    private const int Rate = ElementExpander<KeccakLanes1>.Rate;

    /// <summary>Fills <paramref name="output"/> from <paramref name="input"/>.</summary>
    public static void HashData(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<KeccakLanes1> state = stackalloc KeccakLanes1[Keccak<KeccakLanes1>.Words];
        state.Clear();
        for (; input.Length >= Rate; input = input[Rate..])
        {
            Absorb(state, input[..Rate]);
            Keccak<KeccakLanes1>.Permute(state);
        }

        Span<byte> last = stackalloc byte[Rate];
        input.CopyTo(last);
        ElementExpander<KeccakLanes1>.Pad(last, input.Length);
        Absorb(state, last);

        Span<byte> block = stackalloc byte[Rate];
        while (!output.IsEmpty)
        {
            Keccak<KeccakLanes1>.Permute(state);
            for (var i = 0; i < Rate / 8; i++)
                BinaryPrimitives.WriteUInt64LittleEndian(block[(i * 8)..], state[i].Value);
            var taken = Math.Min(Rate, output.Length);
            block[..taken].CopyTo(output);
            output = output[taken..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(Span<KeccakLanes1> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / 8; i++)
            state[i] = KeccakLanes1.Xor(state[i], new KeccakLanes1(BinaryPrimitives.ReadUInt64LittleEndian(block[(i * 8)..])));
    }
}
