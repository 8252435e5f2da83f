namespace Hierarchy.Server.Hosting;

/// <summary>What this server does; the numbers of the catalog contract.</summary>
internal enum ServerRole
{
    /// <summary>The authority for everything.</summary>
    Root = 1,

    /// <summary>Mirrors everything, decides nothing.</summary>
    Replica = 2,

    /// <summary>Mirrors the catalog, makes its own approvals and groups.</summary>
    Autonomous = 3,
}
