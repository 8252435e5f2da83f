using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Internal;

namespace Grpc.AspNetCore.Server.Model;

/// <summary>Finds methods of a service. All registered providers are asked, in order of registration.</summary>
public interface IServiceMethodProvider<[DynamicallyAccessedMembers(ServiceMembers.Service)] TService>
    where TService : class
{
    /// <summary>Adds methods to the context.</summary>
    void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context);
}
