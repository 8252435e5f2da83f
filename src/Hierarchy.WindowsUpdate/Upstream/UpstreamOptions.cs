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
}
