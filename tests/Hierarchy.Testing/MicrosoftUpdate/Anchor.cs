using System.Globalization;
using Hierarchy.Testing.MicrosoftUpdate.Soap;

namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>A place in the order of publication with the time of the answer, written as the captured server writes it: <c>9438,2026-10-04 16:33:26.670</c>.</summary>
internal readonly record struct Anchor(long Number, DateTimeOffset Time)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.fff";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number},{Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}");

    /// <summary>Reads what a client presents; null for none. Anything that is no anchor is a fault that names the parameter.</summary>
    public static Anchor? Read(string? text, string parameter)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma > 0
            && long.TryParse(text.AsSpan(0, comma), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && DateTimeOffset.TryParseExact(text.AsSpan(comma + 1), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return new Anchor(number, time);
        }

        throw new SoapFaultException(SoapFaultException.InvalidParameters, parameter);
    }
}
