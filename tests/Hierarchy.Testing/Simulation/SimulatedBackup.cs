using System.Collections.Immutable;
using Hierarchy.Domain.Changes;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>What a server held at a time.</summary>
internal sealed record SimulatedBackup(LogImage Log, ReportImage Reports, ImmutableList<(Loss Loss, ImmutableArray<ChangeRecord> Records)> Losses, TimeSpan Time);
