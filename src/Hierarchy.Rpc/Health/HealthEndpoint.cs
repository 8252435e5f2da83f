using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.AspNetCore.HealthChecks.Internal;

/// <summary>Answers the health protocol from ASP.NET's health checks: Check runs them, Watch follows what is published.</summary>
internal sealed class HealthEndpoint(HealthBoard board, HealthCheckService checks, IOptions<GrpcHealthChecksOptions> options) : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
        => new() { Status = await FindAsync(request.Service, context) };

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ServingStatus? sent = null;
        while (true)
        {
            var (status, changed) = board.Read(request.Service);
            // Nothing is published in the first seconds of a server; the one who asks then is not kept waiting.
            if (status == ServingStatus.Unknown)
                status = await FindAsync(request.Service, context);
            if (status != sent)
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
                sent = status;
            }

            if (board.IsStopping)
                return;
            await changed.WaitAsync(context.CancellationToken);
        }
    }

    private async Task<ServingStatus> FindAsync(string service, ServerCallContext context)
    {
        if (!options.Value.Services.TryGet(service, out var mapping))
            throw new RpcException(new Status(StatusCode.NotFound, $"The service '{service}' has no health here."));
        if (board.IsStopping)
            return ServingStatus.NotServing;
        if (options.Value.UseHealthChecksCache && board.Read(service).Status is var cached and not ServingStatus.Unknown)
            return cached;
        var report = await checks.CheckHealthAsync(r => HealthBoard.Chooses(mapping, r.Name, r.Tags), context.CancellationToken);
        return HealthBoard.Worst(report.Entries.Values.Select(e => e.Status));
    }
}
