using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Takes services from the container, and creates those that are not in it.</summary>
internal sealed class DefaultServiceActivator<[DynamicallyAccessedMembers(ServiceMembers.Service)] TService> : IGrpcServiceActivator<TService>
    where TService : class
{
    private static readonly Lazy<ObjectFactory<TService>> Factory = new(() => ActivatorUtilities.CreateFactory<TService>([]));

    public GrpcActivatorHandle<TService> Create(IServiceProvider serviceProvider)
        => serviceProvider.GetService<TService>() is { } service
            ? new GrpcActivatorHandle<TService>(service, created: false, state: null)
            : new GrpcActivatorHandle<TService>(Factory.Value(serviceProvider, []), created: true, state: null);

    public ValueTask ReleaseAsync(GrpcActivatorHandle<TService> service)
    {
        if (service.Created)
        {
            if (service.Instance is IAsyncDisposable asyncDisposable)
                return asyncDisposable.DisposeAsync();
            (service.Instance as IDisposable)?.Dispose();
        }

        return default;
    }
}
