using Grpc.Core;

namespace Grpc.AspNetCore.Server.Model;

/// <summary>A method of a service that takes a stream.</summary>
public delegate Task<TResponse> ClientStreamingServerMethod<TService, TRequest, TResponse>(
    TService service, IAsyncStreamReader<TRequest> stream, ServerCallContext serverCallContext);
