using System.Security.Cryptography;
using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Secrets;

/// <summary>Carries a tree's secret from one server to another as `feed/v1/secret.proto` says. Both sides draw a key pair for one call and forget it.</summary>
internal sealed class SecretEnvelope : IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const int MaxPublicKey = 256;

    private readonly ECDiffieHellman _own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public half, for the other side.</summary>
    public byte[] PublicKey => _own.PublicKey.ExportSubjectPublicKeyInfo();

    /// <summary>The answering side: seals for the one who asks.</summary>
    /// <exception cref="IntegrityException">Its public key is none of P-256.</exception>
    public static GetTreeSecretResponse Answer(GetTreeSecretRequest request, TreeSecret secret)
    {
        using var envelope = new SecretEnvelope();
        var own = envelope.PublicKey;
        var plain = secret.Export();
        var key = envelope.Agree(request.PublicKey.Span, salt: [.. request.PublicKey.Span, .. own]);
        try
        {
            return new GetTreeSecretResponse
            {
                SecretId = ByteString.CopyFrom(secret.Id.Span),
                PublicKey = ByteString.CopyFrom(own),
                Sealed = ByteString.CopyFrom(TreeSecret.Seal(key, Place(request.ServerId.Span, secret.Id.Span), plain)),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The asking side: opens the answer.</summary>
    /// <exception cref="IntegrityException">It was not sealed for this call, or is not the secret that it says.</exception>
    public TreeSecret Open(GetTreeSecretResponse response, ReadOnlySpan<byte> serverId)
    {
        var key = Agree(response.PublicKey.Span, salt: [.. PublicKey, .. response.PublicKey.Span]);
        var plain = TreeSecret.Open(key, Place(serverId, response.SecretId.Span), response.Sealed.Span);
        try
        {
            var secret = TreeSecret.Import(plain);
            return secret.Is(response.SecretId.Span) ? secret : throw new IntegrityException("The tree's secret is not the one that its id says.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public void Dispose() => _own.Dispose();

    private byte[] Agree(ReadOnlySpan<byte> otherPublicKey, byte[] salt)
    {
        if (otherPublicKey.Length > MaxPublicKey) throw new IntegrityException($"A public key has {otherPublicKey.Length} bytes; one of P-256 has fewer.");
        try
        {
            using var other = ECDiffieHellman.Create();
            other.ImportSubjectPublicKeyInfo(otherPublicKey, out _);
            if (other.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256) throw new IntegrityException("A public key is not one of P-256.");
            var agreed = _own.DeriveRawSecretAgreement(other.PublicKey);
            var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, TreeSecret.Length, salt, "hierarchy tree secret 1"u8.ToArray());
            CryptographicOperations.ZeroMemory(agreed);
            return key;
        }
        catch (CryptographicException exception)
        {
            throw new IntegrityException("A public key cannot be read: one of P-256 is wanted, as SubjectPublicKeyInfo.", exception);
        }
    }

    private static byte[] Place(ReadOnlySpan<byte> serverId, ReadOnlySpan<byte> secretId) => [.. serverId, .. secretId];
}
