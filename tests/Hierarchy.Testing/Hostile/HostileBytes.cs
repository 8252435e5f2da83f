namespace Hierarchy.Testing.Hostile;

/// <summary>Damages bytes: bits, bytes and stretches changed, moved, doubled, left out, cut off; more often near the start, where headers are.</summary>
internal static class HostileBytes
{
    private const int HeaderLength = 200;
    private const int MaxChanges = 6;
    private const int MaxStretch = 40;

    private static readonly byte[] Extremes = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF];

    public static byte[] Damage(ReadOnlySpan<byte> seed, Random random, int from = 0)
    {
        var bytes = seed.ToArray();
        // Mostly one: what is damaged in many places is refused at the first.
        for (var changes = random.Next(2) == 0 ? 1 : random.Next(1, MaxChanges); changes > 0 && bytes.Length > from; changes--)
        {
            var room = bytes.Length - from;
            var at = from + random.Next(random.Next(2) == 0 ? Math.Min(HeaderLength, room) : room);
            var stretch = Math.Min(random.Next(1, MaxStretch), bytes.Length - at);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = Extremes[random.Next(Extremes.Length)];
                    break;
                case 2:
                    random.NextBytes(bytes.AsSpan(at, stretch));
                    break;
                case 3:
                    bytes.AsSpan(at, stretch).CopyTo(bytes.AsSpan(from + random.Next(room - stretch + 1)));
                    break;
                case 4:
                    bytes = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + stretch)];
                    break;
                case 5:
                    bytes = [.. bytes.AsSpan(0, at + stretch), .. bytes.AsSpan(at)];
                    break;
                default:
                    bytes = bytes[..at];
                    break;
            }
        }

        return bytes;
    }
}
