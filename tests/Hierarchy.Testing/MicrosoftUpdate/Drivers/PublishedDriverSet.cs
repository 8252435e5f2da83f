using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.MicrosoftUpdate.Drivers;

/// <summary>A driver set of a simulated Microsoft Update: the computers that it is for and the drivers in it.</summary>
public sealed record PublishedDriverSet(Guid Id, IReadOnlyList<Guid> ComputerIds, IReadOnlyList<RevisionKey> Drivers, string Xml);
