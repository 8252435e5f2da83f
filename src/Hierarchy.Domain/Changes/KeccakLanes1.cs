using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hierarchy.Domain.Changes;

/// <summary>One state at a time: any processor.</summary>
internal readonly struct KeccakLanes1(ulong value) : IKeccakLanes<KeccakLanes1>
{
    private const ulong Low = 0x7FFF_7FFF_7FFF_7FFF;

    private readonly ulong _value = value;

    public static int Count => 1;

    public ulong Value => _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Broadcast(ulong value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Load(ReadOnlySpan<ulong> values) => new(values[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Xor(KeccakLanes1 a, KeccakLanes1 b) => new(a._value ^ b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Xor3(KeccakLanes1 a, KeccakLanes1 b, KeccakLanes1 c) => new(a._value ^ b._value ^ c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Chi(KeccakLanes1 a, KeccakLanes1 b, KeccakLanes1 c) => new(a._value ^ (~b._value & c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 RotateLeft(KeccakLanes1 a, int bits) => new(BitOperations.RotateLeft(a._value, bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 AddSigned(KeccakLanes1 sum, KeccakLanes1 value, KeccakLanes1 used, KeccakLanes1 negative)
    {
        // -x is ~x + 1 in each lane; lanes are added without a carry between them by keeping the top bits apart.
        var signed = Add((value._value & used._value) ^ negative._value, negative._value & 0x0001_0001_0001_0001);
        return new(Add(sum._value, signed));
    }

    public static ulong Total(KeccakLanes1 sum) => sum._value;

    private static ulong Add(ulong a, ulong b) => ((a & Low) + (b & Low)) ^ ((a ^ b) & ~Low);
}
