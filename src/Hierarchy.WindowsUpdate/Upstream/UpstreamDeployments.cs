namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>
/// What GetDeployments answers. Deployments are what changed since the anchor that was presented; the three full lists replace what was
/// known. A full list that the upstream left out is null and says nothing: to take it for an empty one would lift every decline.
/// </summary>
public sealed record UpstreamDeployments
{
    /// <summary>For the next call.</summary>
    public string? Anchor { get; init; }

    /// <summary>All groups; null when it was not said.</summary>
    public IReadOnlyList<UpstreamTargetGroup>? Groups { get; init; }

    /// <summary>Deployments added or changed.</summary>
    public IReadOnlyList<UpstreamDeployment> Deployments { get; init; } = [];

    /// <summary>Ids of deployments that are no more.</summary>
    public IReadOnlyList<Guid> DeadDeployments { get; init; } = [];

    /// <summary>All declined updates; null when it was not said.</summary>
    public IReadOnlyList<Guid>? HiddenUpdates { get; init; }

    /// <summary>All accepted licences; null when it was not said.</summary>
    public IReadOnlyList<Guid>? AcceptedEulas { get; init; }
}
