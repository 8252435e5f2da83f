using Hierarchy.Domain.Changes;
using Hierarchy.Server.Roles;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hierarchy.Server.Api;

/// <summary>
/// Healthy once there is a state to serve; a new replica is not, until it has caught up for the first time, nor is a server whose rows do not equal its checkpoint when it starts. A root that decides nothing any more still serves: it is degraded, and says why.
/// </summary>
internal sealed class ServingCheck(ViewPublisher views, ILogReader log) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        views.Current.Checkpoint is not { } checkpoint ? HealthCheckResult.Unhealthy(views.Withheld ?? "has no catalog yet")
        : log is IAuthorityLog { Halted: { } reason } ? HealthCheckResult.Degraded(reason)
        : HealthCheckResult.Healthy($"serves {checkpoint.Position}"));
}
