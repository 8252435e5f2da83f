namespace Hierarchy.Agent.State;

/// <summary>Who this agent is to its servers.</summary>
/// <param name="Id">Random unless the operator gave one, kept for the life of the state folder.</param>
/// <param name="Incarnation">Seconds since 1970 when the state began; rises when the state is lost.</param>
internal sealed record AgentIdentity(Guid Id, long Incarnation);
