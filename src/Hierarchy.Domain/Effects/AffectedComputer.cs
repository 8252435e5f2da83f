using Hierarchy.Domain.Groups;

namespace Hierarchy.Domain.Effects;

/// <summary>A computer as far as decisions are concerned.</summary>
/// <param name="Facts">What it says of itself.</param>
/// <param name="Site">The site of its address; empty for none.</param>
/// <param name="Server">The server that it reports to; empty while it has not reported.</param>
public readonly record struct AffectedComputer(ComputerFacts Facts, string Site, string Server);
