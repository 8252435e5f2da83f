using Grpc.Core;
using Grpc.Net.Compression;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>Options of a <see cref="GrpcChannel" />.</summary>
public sealed class GrpcChannelOptions
{
    internal const int DefaultReceiveSize = 4 * 1024 * 1024;

    private TimeSpan? _maxReconnectBackoff = TimeSpan.FromSeconds(120);
    private TimeSpan _initialReconnectBackoff = TimeSpan.FromSeconds(1);

    /// <summary>Creates options with the defaults.</summary>
    public GrpcChannelOptions() => MaxReceiveMessageSize = DefaultReceiveSize;

    /// <summary>The credentials; by default the scheme of the address decides whether there is TLS.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>The largest message that is sent, in bytes; null (the default) for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The largest message that is received, in bytes after decompression; 4 MiB by default, null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; }

    /// <summary>The compressions that messages may have beside gzip and deflate.</summary>
    public IList<ICompressionProvider>? CompressionProviders { get; set; }

    /// <summary>Where the channel logs.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The HTTP client to send with, instead of <see cref="HttpHandler" />.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// The HTTP handler to send with. By default the channel makes one that opens further HTTP/2 connections when the streams of
    /// one are used up; a handler given here is used as it is and not disposed of unless <see cref="DisposeHttpClient" /> says so.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether the channel disposes of the client or handler that was given to it.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Whether a cancelled call throws <see cref="OperationCanceledException" /> instead of <see cref="RpcException" />.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>Whether call credentials are sent without TLS too.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    /// <summary>The longest pause between two attempts to connect; two minutes by default, null for no bound.</summary>
    public TimeSpan? MaxReconnectBackoff
    {
        get => _maxReconnectBackoff;
        set => _maxReconnectBackoff = value is null || value > TimeSpan.Zero
            ? value
            : throw new ArgumentException("Maximum reconnect backoff must be greater than zero.");
    }

    /// <summary>The first pause between two attempts to connect; a second by default.</summary>
    public TimeSpan InitialReconnectBackoff
    {
        get => _initialReconnectBackoff;
        set => _initialReconnectBackoff = value > TimeSpan.Zero
            ? value
            : throw new ArgumentException("Initial reconnect backoff must be greater than zero.");
    }

    /// <summary>Services for extensions of the channel.</summary>
    public IServiceProvider? ServiceProvider { get; set; }

    /// <summary>The HTTP version; 2.0 by default.</summary>
    public Version? HttpVersion { get; set; }

    /// <summary>How strictly <see cref="HttpVersion" /> is meant; exactly by default.</summary>
    public HttpVersionPolicy? HttpVersionPolicy { get; set; }
}
