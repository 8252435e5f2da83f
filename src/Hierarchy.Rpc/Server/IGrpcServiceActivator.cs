using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Internal;

namespace Grpc.AspNetCore.Server;

/// <summary>Gives each call its service.</summary>
public interface IGrpcServiceActivator<[DynamicallyAccessedMembers(ServiceMembers.Service)] TGrpcService>
    where TGrpcService : class
{
    /// <summary>Gets or creates the service.</summary>
    GrpcActivatorHandle<TGrpcService> Create(IServiceProvider serviceProvider);

    /// <summary>Takes the service back after the call.</summary>
    ValueTask ReleaseAsync(GrpcActivatorHandle<TGrpcService> service);
}
