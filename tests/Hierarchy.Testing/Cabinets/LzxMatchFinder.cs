using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hierarchy.Testing.Cabinets;

/// <summary>
/// Finds earlier occurrences: chains over six bytes (three characters of UTF-16, which is what cabinets here hold), and the newest occurrence of three bytes.
/// Positions grow from input to input, so that entries of earlier inputs are out of reach without clearing.
/// </summary>
internal sealed class LzxMatchFinder
{
    /// <summary>A match this long is taken without looking for a longer one.</summary>
    public const int NiceLength = 64;

    private const int ChainBits = 15;
    private const int ShortBits = 13;
    private const int MaxChain = 12;

    // An offset of three bytes saves nothing when it takes more bits than the literals.
    private const int MaxShortOffset = 1 << 12;

    private readonly int[] _heads = new int[1 << ChainBits];
    private readonly int[] _short = new int[1 << ShortBits];
    private readonly int _maxOffset;
    private readonly int _windowLength;
    private int[] _previous = new int[1 << 15];
    private int _base = 1;
    private int _nextBase = 1;

    public LzxMatchFinder(int windowBits)
    {
        _windowLength = 1 << windowBits;
        _maxOffset = _windowLength - 3;
    }

    /// <summary>Starts an input of so many bytes.</summary>
    public void Begin(int length)
    {
        var wanted = Math.Min(_windowLength, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, 1)));
        if (_previous.Length < wanted || _nextBase > int.MaxValue - length - 16)
        {
            _previous = new int[Math.Max(_previous.Length, wanted)];
            Array.Clear(_heads);
            Array.Clear(_short);
            _nextBase = 1;
        }

        _base = _nextBase;
        _nextBase = _base + length;
    }

    /// <summary>Enters a position and finds the longest match for it, up to <paramref name="room"/> bytes; length 0 when there is none of three or more.</summary>
    public (int Length, uint Offset) Find(ReadOnlySpan<byte> input, int position, int room)
    {
        if (position + 8 > input.Length)
            return (0, 0);

        var eight = Load(input, position);
        var absolute = position + _base;
        ref var shortest = ref _short[ShortHash(eight)];
        var recent = shortest;
        shortest = absolute;
        ref var head = ref _heads[ChainHash(eight)];
        var candidate = head;
        head = absolute;
        var mask = _previous.Length - 1;
        _previous[absolute & mask] = candidate;

        var best = 0;
        var bestOffset = 0;
        var target = input.Slice(position, room);
        if (room < 3)
            return (0, 0);
        for (var steps = MaxChain; steps > 0 && candidate >= _base && absolute - candidate <= _maxOffset; steps--)
        {
            var at = candidate - _base;
            if (best == 0 || (best < room && input[at + best] == target[best]))
            {
                var length = target.CommonPrefixLength(input.Slice(at, room));
                if (length > best)
                {
                    best = length;
                    bestOffset = absolute - candidate;
                    if (length >= NiceLength)
                        break;
                }
            }

            var older = _previous[candidate & mask];
            if (older >= candidate)
                break;
            candidate = older;
        }

        if (best < 6 && recent >= _base && absolute - recent <= Math.Min(_maxOffset, MaxShortOffset))
        {
            var length = target.CommonPrefixLength(input.Slice(recent - _base, room));
            if (length > best)
                (best, bestOffset) = (length, absolute - recent);
        }

        return best >= 3 ? (best, (uint)bestOffset) : (0, 0);
    }

    /// <summary>Enters positions that a match covers.</summary>
    public void Skip(ReadOnlySpan<byte> input, int position, int count)
    {
        var end = Math.Min(position + count, input.Length - 8);
        var mask = _previous.Length - 1;
        for (; position < end; position++)
        {
            var eight = Load(input, position);
            var absolute = position + _base;
            _short[ShortHash(eight)] = absolute;
            ref var head = ref _heads[ChainHash(eight)];
            _previous[absolute & mask] = head;
            head = absolute;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ReadOnlySpan<byte> input, int position) => MemoryMarshal.Read<ulong>(input[position..]);

    private static int ChainHash(ulong eight) => (int)(((eight << 16) * 0x9E3779B97F4A7C15UL) >> (64 - ChainBits));

    private static int ShortHash(ulong eight) => (int)(((eight << 40) * 0x9E3779B97F4A7C15UL) >> (64 - ShortBits));
}
