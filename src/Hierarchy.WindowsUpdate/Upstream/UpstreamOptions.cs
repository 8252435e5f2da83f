using System.Security.Cryptography;
using Hierarchy.WindowsUpdate.Transport;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>Where the catalog comes from and how it is asked.</summary>
public sealed class UpstreamOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Upstream";

    /// <summary>The server's address without a path, e.g. `https://sws.update.microsoft.com` or `http://wsus:8530`.</summary>
    public Uri Address { get; set; } = new("https://sws.update.microsoft.com");

    /// <summary>The name by which the upstream lists this server.</summary>
    public string AccountName { get; set; } = Environment.MachineName.ToLowerInvariant();

    /// <summary>The id by which the upstream knows this server; the same for its whole life.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The version of [MS-WSUSSS] that is spoken.</summary>
    public string ProtocolVersion { get; set; } = "1.20";

    /// <summary>The longest answer that is taken, in bytes after decompression. A list of all revisions has some 3 MB.</summary>
    public long MaxResponse { get; set; } = 256 * 1024 * 1024;

    /// <summary>How long one call may take, the body included.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a connection may take to come about, proxy and TLS included.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the upstream may send nothing in the middle of a call.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>How many GetUpdateData calls are under way at a time.</summary>
    public int ParallelCalls { get; set; } = 4;

    /// <summary>How often a call is tried again when the upstream is busy or away; 0 means never.</summary>
    public int Retries { get; set; } = 4;

    /// <summary>The mean wait before the first further try; it doubles, with jitter.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two tries.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What the client calls itself.</summary>
    public string UserAgent { get; set; } = "Hierarchy/1.0";

    /// <summary>The proxy; the environment's when none is named here.</summary>
    public ProxyOptions Proxy { get; set; } = new();

    /// <summary>Another proxy for connections with TLS; where it is not set, <see cref="Proxy"/> serves them too.</summary>
    public ProxyOptions TlsProxy { get; set; } = new();

    /// <summary>
    /// A file with certificates (PEM, or one as DER) of authorities that are trusted for the upstream besides those of this computer: a site's own, or the
    /// ones of Microsoft Update on Linux. Empty for none.
    /// </summary>
    public string CertificateAuthorities { get; set; } = "";

    /// <summary>Everything that is wrong with the settings, each with its next step and without a password; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        errors.AddRange(Proxy.Validate($"{Section}:{nameof(Proxy)}"));
        errors.AddRange(TlsProxy.Validate($"{Section}:{nameof(TlsProxy)}"));
        // The framework asks for an account by the proxy's address alone.
        if (Proxy.IsSet && Proxy.Address == TlsProxy.Address && Proxy.User != TlsProxy.User)
            errors.Add($"{Section}:{nameof(Proxy)} and {Section}:{nameof(TlsProxy)} are one proxy with two accounts: leave {nameof(TlsProxy)} away, or give both the same.");
        AtLeast(nameof(CallTimeout), CallTimeout);
        AtLeast(nameof(ConnectTimeout), ConnectTimeout);
        AtLeast(nameof(ReadTimeout), ReadTimeout);
        AtLeast(nameof(RetryDelay), RetryDelay);
        AtLeast(nameof(MaxRetryDelay), MaxRetryDelay);
        if (ParallelCalls is < 1 or > 64) errors.Add($"{Section}:{nameof(ParallelCalls)} is {ParallelCalls}: say 1 to 64.");
        if (Retries is < 0 or > 100) errors.Add($"{Section}:{nameof(Retries)} is {Retries}: say 0 to 100.");
        if (MaxResponse is < 64 * 1024 or > 2L * 1024 * 1024 * 1024) errors.Add($"{Section}:{nameof(MaxResponse)} is {MaxResponse}: say 65536 to 2147483648 bytes.");
        if (UserAgent.Length is 0 or > 200 || UserAgent.Any(c => c is < ' ' or > '~')) errors.Add($"{Section}:{nameof(UserAgent)} is not one: write it as Hierarchy/1.0.");
        if (CertificateAuthorities.Length > 0 && UnreadableAuthorities() is { } reason)
            errors.Add($"{Section}:{nameof(CertificateAuthorities)} {CertificateAuthorities} cannot be used: {reason} Name a file with certificates in PEM.");
        return errors;

        void AtLeast(string name, TimeSpan value)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(24)) errors.Add($"{Section}:{name} is {value}: say more than nothing and at most a day, e.g. 00:01:00.");
        }
    }

    /// <summary>The same settings, to change some of them.</summary>
    internal UpstreamOptions Copy() => (UpstreamOptions)MemberwiseClone();

    private string? UnreadableAuthorities()
    {
        try
        {
            CertificateCheck.ReadAuthorities(CertificateAuthorities);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return exception.Message;
        }
    }
}
