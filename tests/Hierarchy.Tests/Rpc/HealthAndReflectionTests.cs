using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Hierarchy.Tests.Rpc;

public sealed class HealthAndReflectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_FollowsTheChecksOfTheService()
    {
        var result = HealthCheckResult.Healthy();
        await using var server = await StartAsync(() => result);
        using var channel = server.Connect();
        var client = new Health.HealthClient(channel);

        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest(), cancellationToken: Token)).Status);
        result = HealthCheckResult.Unhealthy();
        Assert.Equal(ServingStatus.NotServing, (await client.CheckAsync(new HealthCheckRequest(), cancellationToken: Token)).Status);
        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest { Service = "other" }, cancellationToken: Token)).Status);
        var error = await Assert.ThrowsAsync<RpcException>(
            () => client.CheckAsync(new HealthCheckRequest { Service = "unknown" }, cancellationToken: Token).ResponseAsync);
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Watch_SendsTheStatusAndItsChangesAndTheEnd()
    {
        var result = HealthCheckResult.Healthy();
        var server = await StartAsync(() => result);
        await using var _ = server;
        using var channel = server.Connect();
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: Token);
        using var unknown = new Health.HealthClient(channel).Watch(new HealthCheckRequest { Service = "unknown" }, cancellationToken: Token);

        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(unknown));

        result = HealthCheckResult.Unhealthy();
        var report = await server.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token);
        foreach (var publisher in server.Services.GetServices<IHealthCheckPublisher>())
            await publisher.PublishAsync(report, Token);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));

        await server.StopAsync();
        Assert.False(await watch.ResponseStream.MoveNext(Token));
    }

    [Fact]
    public async Task Reflection_ListsServicesAndFindsTheirFiles()
    {
        await using var server = await StartAsync(() => HealthCheckResult.Healthy());
        using var channel = server.Connect();
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Token);

        var services = await AskAsync(call, new ServerReflectionRequest { ListServices = "*" });
        var names = services.ListServicesResponse.Service.Select(s => s.Name);
        Assert.Contains("hierarchy.tests.rpc.EchoService", names);
        Assert.Contains("grpc.health.v1.Health", names);

        var symbol = await AskAsync(call, new ServerReflectionRequest { FileContainingSymbol = "hierarchy.tests.rpc.EchoService.Chat" });
        var file = FileDescriptorProto.Parser.ParseFrom(symbol.FileDescriptorResponse.FileDescriptorProto[0]);
        Assert.Equal("hierarchy.tests.rpc", file.Package);

        var byName = await AskAsync(call, new ServerReflectionRequest { FileByFilename = file.Name });
        Assert.Equal(symbol.FileDescriptorResponse.FileDescriptorProto[0], byName.FileDescriptorResponse.FileDescriptorProto[0]);

        var missing = await AskAsync(call, new ServerReflectionRequest { FileContainingSymbol = "no.Such" });
        Assert.Equal((int)StatusCode.NotFound, missing.ErrorResponse.ErrorCode);
        await call.RequestStream.CompleteAsync();
    }

    private static Task<RpcServer> StartAsync(Func<HealthCheckResult> result) => RpcServer.StartAsync(
        build: b =>
        {
            b.Services.AddGrpcHealthChecks(o => o.Services.Map("other", c => c.Name == "none")).AddCheck("one", () => result());
            b.Services.AddGrpcReflection();
        },
        map: app =>
        {
            app.MapGrpcHealthChecksService();
            app.MapGrpcReflectionService();
        });

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Token));
        return call.ResponseStream.Current.Status;
    }

    private static async Task<ServerReflectionResponse> AskAsync(
        AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call, ServerReflectionRequest request)
    {
        await call.RequestStream.WriteAsync(request, Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        return call.ResponseStream.Current;
    }
}
