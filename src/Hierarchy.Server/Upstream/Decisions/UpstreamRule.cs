namespace Hierarchy.Server.Upstream.Decisions;

/// <summary>There is an upstream that decides for this root. Not registered where the root decides itself.</summary>
/// <param name="Upstream">The WSUS.</param>
internal sealed record UpstreamRule(Uri Upstream);
