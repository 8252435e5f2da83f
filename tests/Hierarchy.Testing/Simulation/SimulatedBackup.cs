using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>What a server held at a time.</summary>
internal sealed record SimulatedBackup(LogImage Log, ReportImage Reports, TimeSpan Time);
