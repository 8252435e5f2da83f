namespace Grpc.Core;

/// <summary>Adds the credentials of a call to its headers before it is sent.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
