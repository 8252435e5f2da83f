using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Internal;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>An interceptor type and the arguments of its constructor that are not services.</summary>
public class InterceptorRegistration
{
    private readonly object[] _arguments;
    private ObjectFactory? _factory;
    private IGrpcInterceptorActivator? _activator;

    internal InterceptorRegistration([DynamicallyAccessedMembers(ServiceMembers.Constructors)] Type type, object[] arguments)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(arguments);
        if (!type.IsAssignableTo(typeof(Interceptor)))
            throw new ArgumentException($"{type} does not derive from {typeof(Interceptor)}.", nameof(type));
        if (Array.Exists(arguments, a => a is null))
            throw new ArgumentException("Interceptor arguments must not be null.", nameof(arguments));
        Type = type;
        _arguments = arguments;
    }

    /// <summary>The type.</summary>
    [DynamicallyAccessedMembers(ServiceMembers.Constructors)]
    public Type Type { get; }

    /// <summary>The arguments.</summary>
    public IReadOnlyList<object> Arguments => _arguments;

    internal IGrpcInterceptorActivator GetActivator(IServiceProvider services)
        => _activator ??= (IGrpcInterceptorActivator)services.GetRequiredService(typeof(IGrpcInterceptorActivator<>).MakeGenericType(Type));

    internal Interceptor CreateInstance(IServiceProvider services)
    {
        _factory ??= ActivatorUtilities.CreateFactory(Type, Array.ConvertAll(_arguments, a => a.GetType()));
        return (Interceptor)_factory(services, _arguments);
    }
}
