using System.Globalization;

namespace Hierarchy.Domain.Applicability;

/// <summary>bt:Version of the update schemas: up to four numbers, compared number by number; parts that are not written are zero.</summary>
/// <param name="Major">First part.</param>
/// <param name="Minor">Second part.</param>
/// <param name="Build">Third part.</param>
/// <param name="Revision">Fourth part.</param>
public readonly record struct FourPartVersion(uint Major, uint Minor, uint Build, uint Revision) : IComparable<FourPartVersion>
{
    /// <summary>Reads `a`, `a.b`, `a.b.c` or `a.b.c.d`, leading zeros allowed (`9.00.1399.06`).</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out FourPartVersion version)
    {
        version = default;
        text = text.Trim();
        Span<uint> parts = stackalloc uint[4];
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            if (count == 4 || !uint.TryParse(text[range], NumberStyles.None, CultureInfo.InvariantCulture, out parts[count])) return false;
            count++;
        }

        version = new FourPartVersion(parts[0], parts[1], parts[2], parts[3]);
        return true;
    }

    /// <summary>Part by part, the first difference decides.</summary>
    public int CompareTo(FourPartVersion other)
    {
        var sign = Major.CompareTo(other.Major);
        if (sign == 0) sign = Minor.CompareTo(other.Minor);
        if (sign == 0) sign = Build.CompareTo(other.Build);
        return sign == 0 ? Revision.CompareTo(other.Revision) : sign;
    }

    /// <summary>All four parts.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Build}.{Revision}");

    /// <summary>Earlier.</summary>
    public static bool operator <(FourPartVersion left, FourPartVersion right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(FourPartVersion left, FourPartVersion right) => left.CompareTo(right) > 0;

    /// <summary>Earlier or the same.</summary>
    public static bool operator <=(FourPartVersion left, FourPartVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Later or the same.</summary>
    public static bool operator >=(FourPartVersion left, FourPartVersion right) => left.CompareTo(right) >= 0;
}
