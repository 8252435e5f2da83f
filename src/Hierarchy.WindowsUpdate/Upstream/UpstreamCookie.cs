namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>The server's cookie, opaque, presented with every call. The expiry is in clear and is sent back as it came.</summary>
internal sealed record UpstreamCookie(string Expiration, string EncryptedData, DateTimeOffset ReceivedAt)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    /// <summary>
    /// True shortly before the expiry. A cookie younger than a minute is never due: the two clocks may disagree by hours, and each call
    /// would renew it. What the server then refuses, it says with InvalidCookie.
    /// </summary>
    public bool IsDue(DateTimeOffset now) =>
        now - ReceivedAt > TimeSpan.FromMinutes(1)
        && DateTimeOffset.TryParse(
            Expiration,
            System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal,
            out var expiration)
        && now > expiration - Margin;
}
