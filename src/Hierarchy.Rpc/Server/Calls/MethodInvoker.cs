using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Gets the service of a call and hands it back afterwards.</summary>
internal sealed class ServiceScope<[DynamicallyAccessedMembers(ServiceMembers.Service)] TService>(
    IGrpcServiceActivator<TService> activator, bool suppressCreating)
    where TService : class
{
    public GrpcActivatorHandle<TService> Create(ServerCallContext context)
        // A bound definition has its own handlers: the service is null there by contract, and nothing reads it.
        => suppressCreating ? default : activator.Create(((ServerCall)context).HttpContext.RequestServices);

    public ValueTask ReleaseAsync(GrpcActivatorHandle<TService> handle)
        => handle.Instance is null ? default : activator.ReleaseAsync(handle);
}

/// <summary>Runs a step of the interceptor chain with an interceptor that lives for the call.</summary>
internal static class InterceptorStep
{
    public static async Task<TResult> Run<TResult>(
        InterceptorRegistration registration, ServerCallContext context, Func<Interceptor, Task<TResult>> step)
    {
        var services = ((ServerCall)context).HttpContext.RequestServices;
        var activator = registration.GetActivator(services);
        var handle = activator.Create(services, registration);
        try
        {
            return await step(handle.Instance);
        }
        finally
        {
            await activator.ReleaseAsync(handle);
        }
    }

    public static async Task Run(InterceptorRegistration registration, ServerCallContext context, Func<Interceptor, Task> step)
    {
        var services = ((ServerCall)context).HttpContext.RequestServices;
        var activator = registration.GetActivator(services);
        var handle = activator.Create(services, registration);
        try
        {
            await step(handle.Instance);
        }
        finally
        {
            await activator.ReleaseAsync(handle);
        }
    }
}
