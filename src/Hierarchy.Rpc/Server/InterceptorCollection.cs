using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Internal;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>The interceptors of a service or of all services; the first is the outermost.</summary>
public class InterceptorCollection : Collection<InterceptorRegistration>
{
    /// <summary>Adds an interceptor.</summary>
    public void Add<[DynamicallyAccessedMembers(ServiceMembers.Constructors)] TInterceptor>(params object[] args)
        where TInterceptor : Interceptor
        => Add(typeof(TInterceptor), args);

    /// <summary>Adds an interceptor.</summary>
    public void Add([DynamicallyAccessedMembers(ServiceMembers.Constructors)] Type interceptorType, params object[] args)
        => Add(new InterceptorRegistration(interceptorType, args));

    internal void AddRange(IEnumerable<InterceptorRegistration> registrations)
    {
        foreach (var registration in registrations)
            Add(registration);
    }
}
