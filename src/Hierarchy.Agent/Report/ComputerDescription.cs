namespace Hierarchy.Agent.Report;

/// <summary>What the agent says of its computer.</summary>
/// <param name="Name">DNS name.</param>
/// <param name="OperatingSystem">For people.</param>
/// <param name="Groups">Groups that it asks for.</param>
internal sealed record ComputerDescription(string Name, string OperatingSystem, IReadOnlyList<string> Groups);
