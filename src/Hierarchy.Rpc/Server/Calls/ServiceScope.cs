using System.Diagnostics.CodeAnalysis;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Gets the service of a call and hands it back afterwards. With a root provider it comes from there, without a scope for the call.</summary>
internal sealed class ServiceScope<[DynamicallyAccessedMembers(ServiceMembers.Service)] TService>(
    IGrpcServiceActivator<TService> activator, bool suppressCreating, IServiceProvider? root)
    where TService : class
{
    public GrpcActivatorHandle<TService> Create(ServerCallContext context)
        // A bound definition has its own handlers: the service is null there by contract, and nothing reads it.
        => suppressCreating ? default : activator.Create(root ?? ((ServerCall)context).HttpContext.RequestServices);

    /// <summary>Whether the service goes back after the call. One from the container does not, and its call needs no step after the handler.</summary>
    public bool NeedsRelease(GrpcActivatorHandle<TService> handle)
        => handle.Instance is not null && (handle.Created || activator is not DefaultServiceActivator<TService>);

    public async Task<TResult> ReleaseAfterAsync<TResult>(GrpcActivatorHandle<TService> handle, Task<TResult> call)
    {
        try
        {
            return await call;
        }
        finally
        {
            await activator.ReleaseAsync(handle);
        }
    }

    public async Task ReleaseAfterAsync(GrpcActivatorHandle<TService> handle, Task call)
    {
        try
        {
            await call;
        }
        finally
        {
            await activator.ReleaseAsync(handle);
        }
    }
}
