using System.Collections.Immutable;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Succession;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>What a server held at a time; <paramref name="Mark"/> is why it decided nothing as a root.</summary>
internal sealed record SimulatedBackup(LogImage Log, ReportImage Reports, ImmutableList<(Loss Loss, ImmutableArray<ChangeRecord> Records)> Losses, NewerReign? Mark, TimeSpan Time);
