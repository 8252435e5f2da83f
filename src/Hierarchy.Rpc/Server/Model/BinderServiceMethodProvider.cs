using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.AspNetCore.Server.Internal;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Model.Internal;

/// <summary>Finds the methods of a class that derives from a generated base class.</summary>
internal sealed partial class BinderServiceMethodProvider<[DynamicallyAccessedMembers(ServiceMembers.Service)] TService>(ILoggerFactory loggers)
    : IServiceMethodProvider<TService>
    where TService : class
{
    private readonly ILogger _logger = loggers.CreateLogger("Grpc.AspNetCore.Server.Model.BinderServiceMethodProvider");

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute)
                continue;

            var bind = attribute.BindType.GetMethod(
                attribute.BindMethodName,
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static,
                [typeof(ServiceBinderBase), type])
                ?? throw new InvalidOperationException($"{attribute.BindType}.{attribute.BindMethodName}(ServiceBinderBase, {type}) was not found.");

            // Without an instance the generated method names the methods and binds no handlers: those are bound per call.
            bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [new Binder(context, type), null], null);
            return;
        }

        Log.NoBindMethod(_logger, typeof(TService));
    }

    private sealed class Binder(ServiceMethodProviderContext<TService> context, Type declaring) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, Core.UnaryServerMethod<TRequest, TResponse>? handler)
        {
            var (invoker, metadata) = Bind<UnaryServerMethod<TService, TRequest, TResponse>>(method, typeof(TRequest), typeof(ServerCallContext));
            context.AddUnaryMethod(method, metadata, invoker);
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Core.ClientStreamingServerMethod<TRequest, TResponse>? handler)
        {
            var (invoker, metadata) = Bind<ClientStreamingServerMethod<TService, TRequest, TResponse>>(
                method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
            context.AddClientStreamingMethod(method, metadata, invoker);
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Core.ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            var (invoker, metadata) = Bind<ServerStreamingServerMethod<TService, TRequest, TResponse>>(
                method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
            context.AddServerStreamingMethod(method, metadata, invoker);
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Core.DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            var (invoker, metadata) = Bind<DuplexStreamingServerMethod<TService, TRequest, TResponse>>(
                method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
            context.AddDuplexStreamingMethod(method, metadata, invoker);
        }

        private (TDelegate Invoker, IList<object> Metadata) Bind<TDelegate>(IMethod method, params Type[] parameters)
            where TDelegate : Delegate
        {
            const BindingFlags Instance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
            var handler = FindOverride(declaring.GetMethod(method.Name, Instance, parameters), parameters)
                ?? throw new InvalidOperationException($"Could not find '{method.Name}' on {typeof(TService)}.");
            List<object> metadata = [.. typeof(TService).GetCustomAttributes(inherit: true), .. handler.GetCustomAttributes(inherit: true)];
            return (handler.CreateDelegate<TDelegate>(), metadata);
        }

        // The override that a virtual call would reach: a method that merely hides the generated one is not it.
        private static MethodInfo? FindOverride(MethodInfo? generated, Type[] parameters)
        {
            if (generated is null)
                return null;
            for (var type = typeof(TService); type is not null; type = type.BaseType)
            {
                var candidate = type.GetMethod(
                    generated.Name,
                    BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly,
                    parameters);
                if (candidate is not null && candidate.GetBaseDefinition() == generated.GetBaseDefinition())
                    return candidate;
            }

            return generated;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{ServiceType} derives from no generated base class: only other method providers can give it methods.")]
        public static partial void NoBindMethod(ILogger logger, Type serviceType);
    }
}
