using System.Globalization;

namespace Grpc.Core.Internal;

/// <summary>The value of <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const long MaxValue = 99_999_999;

    /// <summary>The longest time that timers take; a longer timeout is none that a process lives to see.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Encodes in the finest unit whose value fits eight digits, rounded up so that the peer never gives up first.</summary>
    public static string Encode(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            return "1n";
        var ticks = timeout.Ticks;
        if (ticks <= MaxValue / 100)
            return Text(ticks * 100, 'n');
        if (Divide(ticks, TimeSpan.TicksPerMicrosecond) is <= MaxValue and var micros)
            return Text(micros, 'u');
        if (Divide(ticks, TimeSpan.TicksPerMillisecond) is <= MaxValue and var millis)
            return Text(millis, 'm');
        if (Divide(ticks, TimeSpan.TicksPerSecond) is <= MaxValue and var seconds)
            return Text(seconds, 'S');
        if (Divide(ticks, TimeSpan.TicksPerMinute) is <= MaxValue and var minutes)
            return Text(minutes, 'M');
        return Text(Math.Min(Divide(ticks, TimeSpan.TicksPerHour), MaxValue), 'H');
    }

    /// <summary>Decodes; false for anything that the specification does not allow.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        long ticks;
        switch (text[^1])
        {
            case 'n':
                ticks = value / 100;
                break;
            case 'u':
                ticks = value * TimeSpan.TicksPerMicrosecond;
                break;
            case 'm':
                ticks = value * TimeSpan.TicksPerMillisecond;
                break;
            case 'S':
                ticks = value * TimeSpan.TicksPerSecond;
                break;
            case 'M':
                ticks = value * TimeSpan.TicksPerMinute;
                break;
            case 'H':
                ticks = value * TimeSpan.TicksPerHour;
                break;
            default:
                return false;
        }

        timeout = TimeSpan.FromTicks(ticks);
        return true;
    }

    /// <summary>The time as timers take it.</summary>
    public static TimeSpan ForTimer(TimeSpan timeout)
        => timeout <= TimeSpan.Zero ? TimeSpan.Zero : timeout > Longest ? Longest : timeout;

    private static long Divide(long ticks, long unit) => (ticks / unit) + (ticks % unit == 0 ? 0 : 1);

    private static string Text(long value, char unit) => string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
}
