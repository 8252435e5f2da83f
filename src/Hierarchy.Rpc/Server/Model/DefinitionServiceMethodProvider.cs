using Grpc.Core;

namespace Grpc.AspNetCore.Server.Model.Internal;

/// <summary>Stands for the services that were mapped from a <see cref="ServerServiceDefinition" />.</summary>
internal sealed class DefinitionMarker
{
}

/// <summary>Takes the methods of a <see cref="ServerServiceDefinition" />.</summary>
internal sealed class DefinitionServiceMethodProvider : IServiceMethodProvider<DefinitionMarker>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<DefinitionMarker> context)
    {
        if (context.Argument is ServerServiceDefinition definition)
            definition.BindService(new Binder(context));
    }

    private sealed class Binder(ServiceMethodProviderContext<DefinitionMarker> context) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, Core.UnaryServerMethod<TRequest, TResponse>? handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            context.AddUnaryMethod(method, [], (_, request, call) => handler(request, call));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Core.ClientStreamingServerMethod<TRequest, TResponse>? handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            context.AddClientStreamingMethod(method, [], (_, requests, call) => handler(requests, call));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Core.ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            context.AddServerStreamingMethod(method, [], (_, request, responses, call) => handler(request, responses, call));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, Core.DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            context.AddDuplexStreamingMethod(method, [], (_, requests, responses, call) => handler(requests, responses, call));
        }
    }
}
