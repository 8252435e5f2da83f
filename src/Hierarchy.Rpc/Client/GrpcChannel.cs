using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Grpc.Core.Internal;
using Grpc.Net.Client.Internal;
using Grpc.Net.Compression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Grpc.Net.Client;

/// <summary>
/// A channel to one server. It connects when the first call is made, reconnects by itself, and opens further HTTP/2 connections
/// when the streams of one are used up. Thread-safe, and meant to live long.
/// </summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<IMethod, Uri> _uris = new(ReferenceEqualityComparer.Instance as IEqualityComparer<IMethod>);
    private readonly Lock _lock = new();
    private readonly bool _disposesInvoker;
    private ClientCall? _firstCall;
    private bool _disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        if (options.HttpClient is not null && options.HttpHandler is not null)
            throw new ArgumentException($"{nameof(GrpcChannelOptions.HttpClient)} and {nameof(GrpcChannelOptions.HttpHandler)} have been configured. Only one HTTP caller can be specified.");
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            throw new InvalidOperationException($"The address '{address}' has the scheme '{address.Scheme}'. A channel takes http:// or https://.");

        Address = address;
        IsSecure = address.Scheme == Uri.UriSchemeHttps;
        Credentials = ChannelCallCredentials.Read(options.Credentials, IsSecure);
        MaxSendSize = options.MaxSendMessageSize;
        MaxReceiveSize = options.MaxReceiveMessageSize;
        ThrowsOperationCanceled = options.ThrowOperationCanceledOnCancellation;
        SendsCallCredentials = IsSecure || options.UnsafeUseInsecureChannelCallCredentials;
        HttpVersion = options.HttpVersion ?? System.Net.HttpVersion.Version20;
        HttpVersionPolicy = options.HttpVersionPolicy ?? System.Net.Http.HttpVersionPolicy.RequestVersionExact;
        InitialBackoff = options.InitialReconnectBackoff;
        MaxBackoff = options.MaxReconnectBackoff ?? TimeSpan.MaxValue;
        Time = options.ServiceProvider?.GetService<TimeProvider>() ?? TimeProvider.System;
        Logger = (options.LoggerFactory ?? options.ServiceProvider?.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<GrpcChannel>();

        Compression = new Dictionary<string, ICompressionProvider>(MessageCompression.Defaults, StringComparer.Ordinal);
        foreach (var provider in options.CompressionProviders ?? [])
            Compression[provider.EncodingName] = provider;
        AcceptEncoding = MessageCompression.AcceptEncoding(Compression.Keys);

        if (options.HttpClient is { } client)
        {
            Http = client;
            _disposesInvoker = options.DisposeHttpClient;
        }
        else if (options.HttpHandler is { } handler)
        {
            Http = new HttpMessageInvoker(handler, options.DisposeHttpClient);
            _disposesInvoker = true;
        }
        else
        {
            Http = new HttpMessageInvoker(CreateHandler(), disposeHandler: true);
            _disposesInvoker = true;
        }
    }

    internal Uri Address { get; }

    internal bool IsSecure { get; }

    internal bool SendsCallCredentials { get; }

    internal IReadOnlyList<AsyncAuthInterceptor> Credentials { get; }

    internal HttpMessageInvoker Http { get; }

    internal Version HttpVersion { get; }

    internal HttpVersionPolicy HttpVersionPolicy { get; }

    internal int? MaxSendSize { get; }

    internal int? MaxReceiveSize { get; }

    internal bool ThrowsOperationCanceled { get; }

    internal TimeSpan InitialBackoff { get; }

    internal TimeSpan MaxBackoff { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal Dictionary<string, ICompressionProvider> Compression { get; }

    internal string AcceptEncoding { get; }

    /// <summary>Creates a channel to an address such as <c>https://server:8531</c>.</summary>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel to an address with options.</summary>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ForAddress(new Uri(address), channelOptions);
    }

    /// <summary>Creates a channel to an address.</summary>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel to an address with options.</summary>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    /// <inheritdoc />
    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new ChannelCallInvoker(this);
    }

    /// <summary>Ends the calls that are under way and closes the connections.</summary>
    public void Dispose()
    {
        List<ClientCall> calls = [];
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            for (var call = _firstCall; call is not null; call = call.Next)
                calls.Add(call);
        }

        foreach (var call in calls)
            call.Dispose();
        if (_disposesInvoker)
            Http.Dispose();
    }

    internal Uri GetUri(IMethod method)
        => _uris.TryGetValue(method, out var uri) ? uri : _uris.GetOrAdd(method, static (m, address) => new Uri(address, m.FullName), Address);

    internal void AddCall(ClientCall call)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            call.Next = _firstCall;
            if (_firstCall is not null)
                _firstCall.Previous = call;
            _firstCall = call;
        }
    }

    internal void RemoveCall(ClientCall call)
    {
        lock (_lock)
        {
            if (call.Previous is not null)
                call.Previous.Next = call.Next;
            else if (_firstCall == call)
                _firstCall = call.Next;
            if (call.Next is not null)
                call.Next.Previous = call.Previous;
            call.Next = call.Previous = null;
        }
    }

    /// <inheritdoc />
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    private static SocketsHttpHandler CreateHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = ConnectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
    };
}
