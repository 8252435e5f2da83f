namespace Hierarchy.Testing.Generation;

/// <summary>Choices that follow from a seed alone, on every platform and version (SplitMix64).</summary>
internal sealed class Picks(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Mixes numbers into one seed, so that neighbours have nothing in common.</summary>
    public static ulong Mix(ulong a, ulong b) => Scramble(Scramble(a + 0x9E3779B97F4A7C15UL) ^ (b * 0xD1B54A32D192ED03UL));

    /// <summary>An id that follows from two numbers; formed as a random one.</summary>
    public static Guid Id(ulong a, ulong b)
    {
        var high = Mix(a, b);
        var low = Mix(b ^ 0xA5A5A5A5UL, a);
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, high);
        BitConverter.TryWriteBytes(bytes[8..], low);
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes);
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Scramble(_state);
    }

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));

    public bool OneIn(int times) => Next() % (ulong)times == 0;

    public T From<T>(IReadOnlyList<T> choices) => choices[(int)(Next() % (ulong)choices.Count)];

    public Guid Guid() => Id(Next(), Next());

    /// <summary>A four-part version.</summary>
    public string Version(int major) => $"{major}.{Between(0, 9)}.{Between(1000, 29999)}.{Between(0, 9999)}";

    private static ulong Scramble(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
