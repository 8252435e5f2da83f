using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>One decision of the upstream about one revision for one group.</summary>
public sealed record UpstreamDeployment
{
    /// <summary>The deployment itself: what <see cref="UpstreamDeployments.DeadDeployments"/> names.</summary>
    public required Guid Id { get; init; }

    /// <summary>The revision that it is about.</summary>
    public required RevisionId Revision { get; init; }

    /// <summary>The group that it is for.</summary>
    public required Guid TargetGroupId { get; init; }

    /// <summary>What is done.</summary>
    public required DeploymentAction Action { get; init; }

    /// <summary>Who decided it; empty when it was not said.</summary>
    public string AdminName { get; init; } = "";

    /// <summary>By when it is enforced; null for none.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Whether Automatic Updates installs it by itself.</summary>
    public bool IsAssigned { get; init; }

    /// <summary>From when on it holds; null when it was not said.</summary>
    public DateTimeOffset? GoLiveTime { get; init; }

    /// <summary>1 low to 3 high; 0 when it was not said.</summary>
    public int DownloadPriority { get; init; }
}
