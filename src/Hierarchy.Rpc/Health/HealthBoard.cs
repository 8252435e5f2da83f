using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.AspNetCore.HealthChecks.Internal;

/// <summary>The published status of every mapped service, and those who wait for it to change.</summary>
internal sealed class HealthBoard : IHealthCheckPublisher
{
    private readonly GrpcHealthChecksOptions _options;
    private readonly CancellationToken _stopping;
    private readonly Lock _lock = new();
    private Dictionary<string, ServingStatus> _published = [];
    private TaskCompletionSource _changed = NewChange();

    public HealthBoard(IOptions<GrpcHealthChecksOptions> options, IHostApplicationLifetime lifetime)
    {
        _options = options.Value;
        _stopping = _options.SuppressCompletionOnShutdown ? CancellationToken.None : lifetime.ApplicationStopping;
        _stopping.Register(Change);
    }

    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>The status as it was last published, and a task that completes when anything changes.</summary>
    public (ServingStatus Status, Task Changed) Read(string service)
    {
        lock (_lock)
        {
            if (!_options.Services.TryGet(service, out _))
                return (ServingStatus.ServiceUnknown, _changed.Task);
            var status = IsStopping ? ServingStatus.NotServing : _published.GetValueOrDefault(service, ServingStatus.Unknown);
            return (status, _changed.Task);
        }
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        Dictionary<string, ServingStatus> published = [];
        foreach (var mapping in _options.Services)
        {
            var entries = report.Entries.Where(e => Chooses(mapping, e.Key, e.Value.Tags)).Select(e => e.Value.Status);
            published[mapping.Name] = Worst(entries);
        }

        lock (_lock)
        {
            var same = published.Count == _published.Count
                && published.All(p => _published.TryGetValue(p.Key, out var status) && status == p.Value);
            _published = published;
            if (same)
                return Task.CompletedTask;
        }

        Change();
        return Task.CompletedTask;
    }

    public static bool Chooses(ServiceMapping mapping, string name, IEnumerable<string> tags)
        => mapping.HealthCheckPredicate?.Invoke(new HealthCheckMapContext(name, tags)) ?? true;

    /// <summary>A degraded service still serves.</summary>
    public static ServingStatus Worst(IEnumerable<HealthStatus> statuses)
        => statuses.Any(s => s == HealthStatus.Unhealthy) ? ServingStatus.NotServing : ServingStatus.Serving;

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change()
    {
        TaskCompletionSource changed;
        lock (_lock)
            (changed, _changed) = (_changed, NewChange());
        changed.SetResult();
    }
}
