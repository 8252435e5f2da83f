using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Makes the endpoints of one service.</summary>
internal sealed class ServiceRoutes<[DynamicallyAccessedMembers(ServiceMembers.Service)] TService>(
    IEnumerable<IServiceMethodProvider<TService>> providers, CallHandlerFactory<TService> factory, MappedServices mapped)
    where TService : class
{
    public List<IEndpointConventionBuilder> Map(IEndpointRouteBuilder builder, object? argument)
    {
        var context = new ServiceMethodProviderContext<TService>(factory, argument);
        foreach (var provider in providers)
            provider.OnServiceMethodDiscovery(context);

        List<IEndpointConventionBuilder> endpoints = [];
        foreach (var method in context.Methods)
        {
            var endpoint = builder.Map(method.Pattern, method.RequestDelegate);
            endpoint.Add(e =>
            {
                e.DisplayName = $"gRPC - {method.Pattern.RawText}";
                e.Metadata.Add(new GrpcMethodMetadata(typeof(TService), method.Method));
                foreach (var item in method.Metadata)
                    e.Metadata.Add(item);
            });
            endpoints.Add(endpoint);
        }

        if (factory.IgnoreUnknown)
            return endpoints;
        if (mapped.AddFallback(""))
            endpoints.Add(MapUnimplemented(builder, "{unimplementedService}", "Unimplemented service", UnknownCallHandler.Service));
        foreach (var name in context.Methods.Select(m => m.Method.ServiceName).Distinct(StringComparer.Ordinal))
        {
            if (mapped.AddFallback(name))
                endpoints.Add(MapUnimplemented(builder, name, $"Unimplemented method for {name}", UnknownCallHandler.Method));
        }

        return endpoints;
    }

    private static IEndpointConventionBuilder MapUnimplemented(IEndpointRouteBuilder builder, string service, string name, RequestDelegate handler)
    {
        var endpoint = builder.Map($"{service}/{{unimplementedMethod:{UnimplementedConstraint.Name}}}", handler);
        endpoint.Add(e => e.DisplayName = $"gRPC - {name}");
        return endpoint;
    }
}
