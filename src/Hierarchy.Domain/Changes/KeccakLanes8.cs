using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hierarchy.Domain.Changes;

/// <summary>8 states side by side in 512-bit registers.</summary>
internal readonly struct KeccakLanes8(Vector512<ulong> value) : IKeccakLanes<KeccakLanes8>
{
    private readonly Vector512<ulong> _value = value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Broadcast(ulong value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Load(ReadOnlySpan<ulong> values) => new(Vector512.Create(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Xor(KeccakLanes8 a, KeccakLanes8 b) => new(a._value ^ b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Xor3(KeccakLanes8 a, KeccakLanes8 b, KeccakLanes8 c) => new(a._value ^ b._value ^ c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Chi(KeccakLanes8 a, KeccakLanes8 b, KeccakLanes8 c) => new(a._value ^ Vector512.AndNot(c._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 RotateLeft(KeccakLanes8 a, int bits) => new((a._value << bits) | (a._value >>> (64 - bits)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 AddSigned(KeccakLanes8 sum, KeccakLanes8 value, KeccakLanes8 used, KeccakLanes8 negative)
    {
        // -x is ~x - (-1) in each lane, and all ones are -1.
        var signed = ((value._value & used._value) ^ negative._value).AsUInt16() - negative._value.AsUInt16();
        return new((sum._value.AsUInt16() + signed).AsUInt64());
    }

    public static ulong Total(KeccakLanes8 sum)
    {
        var total = KeccakLanes1.Broadcast(0);
        var all = KeccakLanes1.Broadcast(ulong.MaxValue);
        for (var i = 0; i < Count; i++)
            total = KeccakLanes1.AddSigned(total, KeccakLanes1.Broadcast(sum._value.GetElement(i)), all, KeccakLanes1.Broadcast(0));
        return total.Value;
    }
}
