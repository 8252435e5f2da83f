using Hierarchy.Domain.View;

namespace Hierarchy.Server.Roles;

/// <summary>What this server says of itself now: a replica's parent changes.</summary>
internal delegate EnrolledServer SelfDescription();
