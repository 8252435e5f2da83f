namespace Hierarchy.Domain.Sites;

/// <summary>Where one server of the tree stands and answers, and how it is.</summary>
public sealed record ServerLocation
{
    /// <summary>The server's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>The site that it stands in; empty for none.</summary>
    public string Site { get; init; } = "";

    /// <summary>Where its gRPC services answer.</summary>
    public required string GrpcUrl { get; init; }

    /// <summary>Where its content answers.</summary>
    public required string ContentUrl { get; init; }

    /// <summary>True for the tree's root: it feeds servers, and serves clients only where nothing else does.</summary>
    public bool IsRoot { get; init; }

    /// <summary>The autonomous server whose decisions it serves: itself or one above it; empty for the root's.</summary>
    public Guid Decider { get; init; }

    /// <summary>What it last said of itself.</summary>
    public ServerHealth Health { get; init; }

    /// <summary>Share of its capacity in use, from 0 on; what <see cref="IsBusy"/> was decided by.</summary>
    public double Load { get; init; }

    /// <summary>It asks to be spared: see <see cref="ServerLoad"/>.</summary>
    public bool IsBusy { get; init; }

    /// <summary>What servers are ordered by: a busy one counts as degraded.</summary>
    public ServerHealth EffectiveHealth => Health == ServerHealth.Healthy && IsBusy ? ServerHealth.Degraded : Health;
}
