using Hierarchy.Domain.Distribution;

namespace Hierarchy.Content;

/// <summary>Where content is kept and how it is fetched.</summary>
public sealed class ContentOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Content";

    /// <summary>The folder of the store; made when absent. One process at a time uses it. Required.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Where content comes from: the parent server, or Microsoft Update.</summary>
    public ContentSource Source { get; set; } = ContentSource.Parent;

    /// <summary>The parent's content URL, e.g. `http://10.1.2.3:8530`; null when it is learnt otherwise, or when there is none.</summary>
    public Uri? ParentUrl { get; set; }

    /// <summary>When content is fetched.</summary>
    public FetchPolicy Policy { get; set; } = FetchPolicy.Ahead;

    /// <summary>Files fetched at a time, 1 to 64. What clients wait for goes before what is fetched ahead.</summary>
    public int MaxParallel { get; set; } = 4;

    /// <summary>Times that every origin is tried, without a byte of progress, before a transfer gives up: 1 to 100.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Wait before the second attempt; it doubles with each further one up to 64-fold, and is shortened by up to half at random. Zero: no wait.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A transfer from which nothing arrives for so long is cut and tried again.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request waits for the first byte that it asks for before it is answered 503; the transfer goes on.</summary>
    public TimeSpan FirstByteTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a server of the site is waited for while a client waits, before the file is fetched from outside the site.</summary>
    public TimeSpan SiblingPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The same while no client waits: the other one may have much to fetch before.</summary>
    public TimeSpan SiblingPatienceAhead { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of the disk that content leaves free, so that it cannot starve the server's database. Zero: none.</summary>
    public long ReservedBytes { get; set; } = 64 << 20;

    /// <summary>This server's id, told to its parent; null for a program that is no server.</summary>
    public Guid? ServerId { get; set; }

    /// <summary>What is sent as User-Agent: `hierarchy-server/…` and `hierarchy-agent/…` are told apart in the counters.</summary>
    public string UserAgent { get; set; } = "hierarchy-server/1.0";

    /// <summary>The proxy that origins are reached through, accounts included; null for the environment's. Set by the program, not by the configuration.</summary>
    public System.Net.IWebProxy? Proxy { get; set; }

    /// <summary>Everything that is wrong, each with what to write instead; nothing when all is well.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Directory)) yield return $"{Section}:Directory is empty: name the folder that holds content.";
        if (!Enum.IsDefined(Source)) yield return $"{Section}:Source is {Source}: write Parent or MicrosoftUpdate.";
        if (!Enum.IsDefined(Policy)) yield return $"{Section}:Policy is {Policy}: write Ahead, OnDemand or Never.";
        if (ParentUrl is not null && !(ParentUrl.IsAbsoluteUri && ParentUrl.Scheme is "http" or "https"))
            yield return $"{Section}:ParentUrl is '{ParentUrl}': write http://HOST:8530 or https://HOST:8531.";
        if (MaxParallel is < 1 or > 64) yield return $"{Section}:MaxParallel is {MaxParallel}: write a number from 1 to 64.";
        if (MaxAttempts is < 1 or > 100) yield return $"{Section}:MaxAttempts is {MaxAttempts}: write a number from 1 to 100.";
        if (RetryDelay < TimeSpan.Zero || RetryDelay > TimeSpan.FromMinutes(10)) yield return $"{Section}:RetryDelay is {RetryDelay}: write zero to 00:10:00.";
        if (StallTimeout <= TimeSpan.Zero || StallTimeout > TimeSpan.FromHours(1)) yield return $"{Section}:StallTimeout is {StallTimeout}: write up to 01:00:00.";
        if (FirstByteTimeout <= TimeSpan.Zero || FirstByteTimeout > TimeSpan.FromHours(1)) yield return $"{Section}:FirstByteTimeout is {FirstByteTimeout}: write up to 01:00:00.";
        if (SiblingPatience <= TimeSpan.Zero || SiblingPatience > TimeSpan.FromHours(1)) yield return $"{Section}:SiblingPatience is {SiblingPatience}: write up to 01:00:00.";
        if (SiblingPatienceAhead <= TimeSpan.Zero || SiblingPatienceAhead > TimeSpan.FromDays(1)) yield return $"{Section}:SiblingPatienceAhead is {SiblingPatienceAhead}: write up to 1.00:00:00.";
        if (ReservedBytes < 0) yield return $"{Section}:ReservedBytes is {ReservedBytes}: write zero or more.";
        if (!System.Net.Http.Headers.ProductInfoHeaderValue.TryParse(UserAgent, out _)) yield return $"{Section}:UserAgent is '{UserAgent}': write NAME/VERSION.";
    }
}
