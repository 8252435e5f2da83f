using Grpc.Core;

namespace Grpc.AspNetCore.Server.Model;

/// <summary>A method of a service with streams in both directions.</summary>
public delegate Task DuplexStreamingServerMethod<TService, TRequest, TResponse>(
    TService service, IAsyncStreamReader<TRequest> input, IServerStreamWriter<TResponse> output, ServerCallContext serverCallContext);
