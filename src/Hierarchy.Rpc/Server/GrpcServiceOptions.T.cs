namespace Grpc.AspNetCore.Server;

/// <summary>Options of one service; what it leaves out comes from <see cref="GrpcServiceOptions" />.</summary>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
}
