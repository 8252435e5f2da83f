using System.Numerics;

namespace Hierarchy.Testing.Cabinets;

/// <summary>LZX's position slots: every match offset is a slot and a number of further bits.</summary>
internal static class LzxSlots
{
    public const int MinWindowBits = 15;
    public const int MaxWindowBits = 21;

    public static int Count(int windowBits) => windowBits switch
    {
        15 => 30,
        16 => 32,
        17 => 34,
        18 => 36,
        19 => 38,
        20 => 42,
        21 => 50,
        _ => throw new ArgumentOutOfRangeException(nameof(windowBits), windowBits, "An LZX window has 15 to 21 bits."),
    };

    /// <summary>The bits that follow a slot. From slot 36 on it is always 17.</summary>
    public static int ExtraBits(int slot) => slot < 4 ? 0 : slot >= 36 ? 17 : (slot >> 1) - 1;

    /// <summary>The first formatted offset (the offset plus 2) of a slot.</summary>
    public static uint Base(int slot)
    {
        if (slot < 4)
            return (uint)slot;
        return slot >= 36 ? (uint)(slot - 34) << 17 : (2u + ((uint)slot & 1)) << ExtraBits(slot);
    }

    /// <summary>The slot that holds a formatted offset.</summary>
    public static int Of(uint formatted)
    {
        if (formatted < 4)
            return (int)formatted;
        var high = BitOperations.Log2(formatted);
        if (high >= 18)
            return 34 + (int)(formatted >> 17);
        return (high << 1) + (int)((formatted >> (high - 1)) & 1);
    }
}
