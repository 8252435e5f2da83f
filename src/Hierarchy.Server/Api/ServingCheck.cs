using Hierarchy.Server.Roles;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hierarchy.Server.Api;

/// <summary>Healthy once there is a state to serve; a new replica is not, until it has caught up for the first time.</summary>
internal sealed class ServingCheck(ViewPublisher views) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        views.Current.Checkpoint is { } checkpoint ? HealthCheckResult.Healthy($"serves {checkpoint.Position}") : HealthCheckResult.Unhealthy("has no catalog yet"));
}
