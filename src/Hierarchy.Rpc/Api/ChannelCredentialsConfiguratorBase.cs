namespace Grpc.Core;

/// <summary>Takes the parts of channel credentials.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>Takes credentials without TLS.</summary>
    public abstract void SetInsecureCredentials(object state);

    /// <summary>Takes TLS credentials.</summary>
    public abstract void SetSslCredentials(object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback);

    /// <summary>Takes channel credentials joined with call credentials.</summary>
    public abstract void SetCompositeCredentials(object state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}
