using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>Where the service of a call comes from, and when what it depends on is let go.</summary>
public sealed class ServiceLifetimeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServiceLifetime.Singleton, false)]
    [InlineData(ServiceLifetime.Scoped, true)]
    [InlineData(ServiceLifetime.Transient, true)]
    public async Task Service_Registered_LivesAsLongAsRegistered(ServiceLifetime lifetime, bool isNewForEachCall)
    {
        var (first, second, disposed) = await CallTwiceAsync<Counted>(services =>
        {
            services.AddSingleton<Ledger>();
            services.Add(new ServiceDescriptor(typeof(Counted), typeof(Counted), lifetime));
        });

        Assert.Equal(isNewForEachCall, first != second);
        Assert.Equal(isNewForEachCall ? 2 : 0, disposed);
    }

    [Fact]
    public async Task Service_NotRegistered_IsMadeAndDisposedForEachCall()
    {
        var (first, second, disposed) = await CallTwiceAsync<Counted>(services => services.AddSingleton<Ledger>());

        Assert.NotEqual(first, second);
        Assert.Equal(2, disposed);
    }

    [Theory]
    [InlineData(ServiceLifetime.Singleton, false)]
    [InlineData(ServiceLifetime.Scoped, true)]
    [InlineData(ServiceLifetime.Transient, true)]
    public async Task Service_WithADependency_GetsItFromTheCall(ServiceLifetime lifetime, bool isNewForEachCall)
    {
        var (first, second, disposed) = await CallTwiceAsync<Dependent>(services =>
        {
            services.AddSingleton<Ledger>();
            services.Add(new ServiceDescriptor(typeof(Dependency), typeof(Dependency), lifetime));
        });

        Assert.Equal(isNewForEachCall, first != second);
        Assert.Equal(isNewForEachCall ? 2 : 0, disposed);
    }

    /// <summary>Calls a service twice; the numbers of what answered, and how much was disposed of after the calls.</summary>
    private static async Task<(int First, int Second, int Disposed)> CallTwiceAsync<TService>(Action<IServiceCollection> register)
        where TService : EchoService.EchoServiceBase
    {
        await using var server = await RpcServer.StartAsync(
            build: builder => register(builder.Services), map: app => app.MapGrpcService<TService>().WithOrder(-1));
        using var channel = server.Connect();
        var client = new EchoService.EchoServiceClient(channel);
        var first = (await client.UnaryAsync(new EchoRequest(), cancellationToken: Token)).Count;
        var second = (await client.UnaryAsync(new EchoRequest(), cancellationToken: Token)).Count;
        var ledger = server.Services.GetRequiredService<Ledger>();
        if (first != second)
            await Eventually.HoldsAsync(() => ledger.Disposed == 2);
        return (first, second, ledger.Disposed);
    }

    public sealed class Ledger
    {
        private int _made;
        private int _disposed;

        public int Disposed => Volatile.Read(ref _disposed);

        public int Make() => Interlocked.Increment(ref _made);

        public void Dispose() => Interlocked.Increment(ref _disposed);
    }

    public sealed class Counted(Ledger ledger) : EchoService.EchoServiceBase, IDisposable
    {
        private readonly int _number = ledger.Make();

        public override Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context) => Task.FromResult(new EchoResponse { Count = _number });

        public void Dispose() => ledger.Dispose();
    }

    public sealed class Dependency(Ledger ledger) : IDisposable
    {
        public int Number { get; } = ledger.Make();

        public void Dispose() => ledger.Dispose();
    }

    public sealed class Dependent(Dependency dependency) : EchoService.EchoServiceBase
    {
        public override Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context) => Task.FromResult(new EchoResponse { Count = dependency.Number });
    }
}
