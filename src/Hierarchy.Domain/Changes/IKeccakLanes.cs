namespace Hierarchy.Domain.Changes;

/// <summary>One 64-bit word of each of several Keccak states that are permuted side by side. The permutation is written once over it; the processor decides how many states go at once.</summary>
internal interface IKeccakLanes<TSelf> where TSelf : unmanaged, IKeccakLanes<TSelf>
{
    /// <summary>How many states go side by side.</summary>
    static abstract int Count { get; }

    static abstract TSelf Broadcast(ulong value);

    /// <summary>One value a state, the first one first.</summary>
    static abstract TSelf Load(ReadOnlySpan<ulong> values);

    static abstract TSelf Xor(TSelf a, TSelf b);

    static abstract TSelf Xor3(TSelf a, TSelf b, TSelf c);

    /// <summary>`a ^ (~b &amp; c)`.</summary>
    static abstract TSelf Chi(TSelf a, TSelf b, TSelf c);

    static abstract TSelf RotateLeft(TSelf a, int bits);

    /// <summary>Adds `value` to `sum` in 16-bit lanes, of each state by its own sign: `used` is all ones for a state that counts, `negative` all ones for one that is subtracted.</summary>
    static abstract TSelf AddSigned(TSelf sum, TSelf value, TSelf used, TSelf negative);

    /// <summary>The sum over all states, in 16-bit lanes.</summary>
    static abstract ulong Total(TSelf sum);
}
