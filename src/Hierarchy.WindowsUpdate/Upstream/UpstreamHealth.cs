namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What Ping answers. The protocol has no use for it and a synchronization never asks; an operator may.</summary>
public sealed record UpstreamHealth
{
    /// <summary>Whether the server thinks itself well.</summary>
    public required bool IsWell { get; init; }

    /// <summary>Its clock; null when it was not said.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The service that answered; empty when it was not said.</summary>
    public string Service { get; init; } = "";

    /// <summary>The machine that answered; empty when it was not said.</summary>
    public string Machine { get; init; } = "";

    /// <summary>What it says of its database; empty when it was not said.</summary>
    public string Database { get; init; } = "";
}
