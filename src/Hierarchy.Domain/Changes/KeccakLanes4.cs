using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hierarchy.Domain.Changes;

/// <summary>4 states side by side in 256-bit registers.</summary>
internal readonly struct KeccakLanes4(Vector256<ulong> value) : IKeccakLanes<KeccakLanes4>
{
    private readonly Vector256<ulong> _value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Broadcast(ulong value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Load(ReadOnlySpan<ulong> values) => new(Vector256.Create(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Xor(KeccakLanes4 a, KeccakLanes4 b) => new(a._value ^ b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Xor3(KeccakLanes4 a, KeccakLanes4 b, KeccakLanes4 c) => new(a._value ^ b._value ^ c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Chi(KeccakLanes4 a, KeccakLanes4 b, KeccakLanes4 c) => new(a._value ^ Vector256.AndNot(c._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 RotateLeft(KeccakLanes4 a, int bits) => new((a._value << bits) | (a._value >>> (64 - bits)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 AddSigned(KeccakLanes4 sum, KeccakLanes4 value, KeccakLanes4 used, KeccakLanes4 negative)
    {
        // -x is ~x - (-1) in each lane, and all ones are -1.
        var signed = ((value._value & used._value) ^ negative._value).AsUInt16() - negative._value.AsUInt16();
        return new((sum._value.AsUInt16() + signed).AsUInt64());
    }

    public static ulong Total(KeccakLanes4 sum)
    {
        var total = KeccakLanes1.Broadcast(0);
        var all = KeccakLanes1.Broadcast(ulong.MaxValue);
        for (var i = 0; i < Count; i++)
            total = KeccakLanes1.AddSigned(total, KeccakLanes1.Broadcast(sum._value.GetElement(i)), all, KeccakLanes1.Broadcast(0));
        return total.Value;
    }
}
