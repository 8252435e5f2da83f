using Grpc.Core;

namespace Grpc.AspNetCore.Server.Model;

/// <summary>A unary method of a service.</summary>
public delegate Task<TResponse> UnaryServerMethod<TService, TRequest, TResponse>(
    TService service, TRequest request, ServerCallContext serverCallContext);
