using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>How a simulated Microsoft Update behaves. The defaults are those of the captured server.</summary>
public sealed record MicrosoftUpdateOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TimeSpan CookieLifetime { get; init; } = TimeSpan.FromMinutes(240);

    /// <summary>How many ids GetUpdateData and GetUpdateDecryptionData take.</summary>
    public int MaxUpdatesPerRequest { get; init; } = 100;

    /// <summary>How many driver sets GetDriverSetData takes. The captured WSUS has none to give and says 0.</summary>
    public int MaxDriverSetsPerRequest { get; init; }

    /// <summary>How many computers GetDriverIdList takes, likewise.</summary>
    public int MaxComputerIdsPerRequest { get; init; }

    /// <summary>How many devices GetDriverIdList takes, likewise.</summary>
    public int MaxHardwareIdsPerRequest { get; init; }

    /// <summary>How long every answer waits before it is sent.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>
    /// Whether a filtered GetRevisionIdList names the children of the bundles that match too. Hidden children name their product in a plain group,
    /// so by default the filter passes them over and a client has to ask for them by the bundle's list.
    /// </summary>
    public bool ListBundledChildren { get; init; }

    /// <summary>Whether answers are compressed for clients that accept gzip.</summary>
    public bool Gzip { get; init; }

    /// <summary>The certificate that it serves TLS with; null for plain HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }
}
