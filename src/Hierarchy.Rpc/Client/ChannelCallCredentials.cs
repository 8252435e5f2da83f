using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Takes channel and call credentials apart into the functions that add headers.</summary>
internal static class ChannelCallCredentials
{
    /// <summary>Checks channel credentials against the scheme and returns the call credentials in them.</summary>
    public static IReadOnlyList<AsyncAuthInterceptor> Read(ChannelCredentials? credentials, bool isSecure)
    {
        if (credentials is null)
            return [];
        var reader = new ChannelReader();
        credentials.InternalPopulateConfiguration(reader, reader);
        if (reader.IsSecure is { } wanted && wanted != isSecure)
        {
            throw new InvalidOperationException(wanted
                ? "Channel is configured with secure channel credentials and can't use a HttpClient with a 'http' scheme. Use an https:// address."
                : "Channel is configured with insecure channel credentials and can't use a HttpClient with a 'https' scheme. Use an http:// address.");
        }

        return reader.Interceptors;
    }

    /// <summary>The functions that call credentials consist of.</summary>
    public static void Read(CallCredentials credentials, List<AsyncAuthInterceptor> interceptors)
        => credentials.InternalPopulateConfiguration(new CallReader(interceptors), null);

    private sealed class ChannelReader : ChannelCredentialsConfiguratorBase
    {
        public bool? IsSecure { get; private set; }

        public List<AsyncAuthInterceptor> Interceptors { get; } = [];

        public override void SetInsecureCredentials(object state) => IsSecure = false;

        public override void SetSslCredentials(
            object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
        {
            if (!string.IsNullOrEmpty(rootCertificates) || keyCertificatePair is not null || verifyPeerCallback is not null)
                throw new InvalidOperationException("SslCredentials with non-null arguments is not supported by GrpcChannel. Configure HttpHandler to use certificates.");
            IsSecure = true;
        }

        public override void SetCompositeCredentials(object state, ChannelCredentials channelCredentials, CallCredentials callCredentials)
        {
            channelCredentials.InternalPopulateConfiguration(this, state);
            Read(callCredentials, Interceptors);
        }
    }

    private sealed class CallReader(List<AsyncAuthInterceptor> interceptors) : CallCredentialsConfiguratorBase
    {
        public override void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials)
        {
            foreach (var part in credentials)
                part.InternalPopulateConfiguration(this, state);
        }

        public override void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor) => interceptors.Add(interceptor);
    }
}
