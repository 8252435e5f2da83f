namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Which health checks stand behind which gRPC service.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>The services. By default the empty name, the server as a whole, stands for all checks.</summary>
    public ServiceMappingCollection Services { get; } = [];

    /// <summary>Whether Check answers with the last published result instead of running the checks.</summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>Whether watches are left open when the server begins to stop, instead of being told NOT_SERVING and ended.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}
