using Grpc.Core;

namespace Grpc.AspNetCore.Server.Model;

/// <summary>A method of a service that answers with a stream.</summary>
public delegate Task ServerStreamingServerMethod<TService, TRequest, TResponse>(
    TService service, TRequest request, IServerStreamWriter<TResponse> stream, ServerCallContext serverCallContext);
