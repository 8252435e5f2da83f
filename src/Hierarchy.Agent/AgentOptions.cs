using System.Net;

namespace Hierarchy.Agent;

/// <summary>What the operator says on the command line.</summary>
internal sealed record AgentOptions
{
    /// <summary>Servers to ask which servers are near.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>The agent's folder.</summary>
    public required string StateFolder { get; init; }

    /// <summary>The facts file; null for the Windows that the agent runs on.</summary>
    public string? FactsFile { get; init; }

    /// <summary>Target groups that the computer asks for.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The address to connect from; null for the one that the system chooses.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The computer's name.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>Who the agent is when its state is new; null draws an id.</summary>
    public Guid? Id { get; init; }

    /// <summary>An installer that runs longer is ended.</summary>
    public TimeSpan InstallTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often everything is evaluated anew; each time at random in 80-100 % of it, as Windows does.</summary>
    public TimeSpan DetectionInterval { get; init; } = TimeSpan.FromHours(22);
}
