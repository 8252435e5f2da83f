using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>Options of all gRPC services.</summary>
public class GrpcServiceOptions
{
    internal const int DefaultReceiveSize = 4 * 1024 * 1024;

    private int? _maxSendMessageSize;
    private int? _maxReceiveMessageSize;
    private IList<ICompressionProvider>? _compressionProviders;

    /// <summary>The largest message that is sent, in bytes; null (the default) for no limit.</summary>
    public int? MaxSendMessageSize
    {
        get => _maxSendMessageSize;
        set
        {
            _maxSendMessageSize = value;
            MaxSendMessageSizeSpecified = true;
        }
    }

    /// <summary>The largest message that is received, in bytes after decompression; 4 MiB by default, null for no limit.</summary>
    public int? MaxReceiveMessageSize
    {
        get => _maxReceiveMessageSize;
        set
        {
            _maxReceiveMessageSize = value;
            MaxReceiveMessageSizeSpecified = true;
        }
    }

    /// <summary>Whether the text of unhandled exceptions is sent to clients. Not for production.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>The encoding of responses, such as <c>gzip</c>, where the client accepts it; null for none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>The level of the compression of responses.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>The compressions that messages may have; gzip and deflate by default.</summary>
    public IList<ICompressionProvider> CompressionProviders
    {
        get => _compressionProviders ??= [];
        set => _compressionProviders = value;
    }

    /// <summary>Whether calls of unknown services and methods are left to other middleware instead of answered with Unimplemented.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>The interceptors.</summary>
    public InterceptorCollection Interceptors { get; } = [];

    /// <summary>Whether the call is handled without a service instance, by an interceptor or a bound definition.</summary>
    public bool SuppressCreatingService { get; set; }

    internal bool MaxSendMessageSizeSpecified { get; private set; }

    internal bool MaxReceiveMessageSizeSpecified { get; private set; }

    internal IList<ICompressionProvider>? CompressionProvidersOrNull => _compressionProviders;
}
