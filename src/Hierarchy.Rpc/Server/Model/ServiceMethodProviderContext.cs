using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Internal;
using Grpc.AspNetCore.Server.Model.Internal;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.AspNetCore.Server.Model;

/// <summary>Takes the methods of a service from its providers.</summary>
public class ServiceMethodProviderContext<[DynamicallyAccessedMembers(ServiceMembers.Service)] TService>
    where TService : class
{
    private readonly CallHandlerFactory<TService> _factory;

    internal ServiceMethodProviderContext(CallHandlerFactory<TService> factory, object? argument)
    {
        _factory = factory;
        Argument = argument;
    }

    /// <summary>An argument of whoever maps the service.</summary>
    public object? Argument { get; }

    internal List<MethodModel> Methods { get; } = [];

    /// <summary>Adds a unary method.</summary>
    public void AddUnaryMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, UnaryServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(invoker);
        Add(method, metadata, _factory.Unary(method, invoker));
    }

    /// <summary>Adds a method that answers with a stream.</summary>
    public void AddServerStreamingMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, ServerStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(invoker);
        Add(method, metadata, _factory.ServerStreaming(method, invoker));
    }

    /// <summary>Adds a method that takes a stream.</summary>
    public void AddClientStreamingMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, ClientStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(invoker);
        Add(method, metadata, _factory.ClientStreaming(method, invoker));
    }

    /// <summary>Adds a method with streams in both directions.</summary>
    public void AddDuplexStreamingMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, DuplexStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(invoker);
        Add(method, metadata, _factory.DuplexStreaming(method, invoker));
    }

    /// <summary>Adds a method with a route and a handler of its own.</summary>
    public void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, RoutePattern pattern, IList<object> metadata, RequestDelegate invoker)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(invoker);
        Methods.Add(new MethodModel(method, pattern, metadata, invoker));
    }

    private void Add<TRequest, TResponse>(Method<TRequest, TResponse> method, IList<object> metadata, RequestDelegate handler)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(method);
        List<object> withPost = [new HttpMethodMetadata(["POST"], acceptCorsPreflight: true), .. metadata];
        AddMethod(method, RoutePatternFactory.Parse(method.FullName), withPost, handler);
    }
}
