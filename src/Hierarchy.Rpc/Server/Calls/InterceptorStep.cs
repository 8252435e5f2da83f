using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server.Internal;

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
