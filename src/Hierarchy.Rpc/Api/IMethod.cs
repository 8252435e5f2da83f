namespace Grpc.Core;

/// <summary>What is known of a remote method without the types of its messages.</summary>
public interface IMethod
{
    /// <summary>The kind of calls.</summary>
    MethodType Type { get; }

    /// <summary>The full name of the service, package included.</summary>
    string ServiceName { get; }

    /// <summary>The name of the method without its service.</summary>
    string Name { get; }

    /// <summary>The path of the request: <c>/package.Service/Method</c>.</summary>
    string FullName { get; }
}
