namespace Hierarchy.Domain.Sites;

/// <summary>What a server last said of itself; soft state, so it may be old. Lower is better.</summary>
public enum ServerHealth
{
    /// <summary>Serves; also the assumption where nothing is known.</summary>
    Healthy = 0,

    /// <summary>Serves, but something is wrong or it asks to be spared.</summary>
    Degraded = 1,

    /// <summary>Has not been heard of for too long, or says that it cannot serve.</summary>
    Unavailable = 2,
}
