using System.Security.Cryptography;
using Hierarchy.Domain;

namespace Hierarchy.Replication.Secrets;

/// <summary>
/// What seals the records that nobody may read: 32 random bytes, the same on every server of a tree. It prints as its id, which tells
/// nothing about it. AES-256-GCM; each sealing draws its own nonce.
/// </summary>
public sealed class TreeSecret
{
    /// <summary>Bytes of a secret.</summary>
    public const int Length = 32;

    /// <summary>Bytes of its id.</summary>
    public const int IdLength = 8;

    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _bytes;

    private TreeSecret(byte[] bytes)
    {
        _bytes = bytes;
        Id = SHA256.HashData(bytes).AsMemory(0, IdLength);
    }

    /// <summary>The first bytes of its SHA-256: says which secret sealed something.</summary>
    public ReadOnlyMemory<byte> Id { get; }

    /// <summary>A new one.</summary>
    public static TreeSecret Generate() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>From what <see cref="Export"/> gave.</summary>
    /// <exception cref="IntegrityException">The length is another.</exception>
    public static TreeSecret Import(ReadOnlySpan<byte> bytes) => bytes.Length == Length
        ? new TreeSecret(bytes.ToArray())
        : throw new IntegrityException($"A tree's secret has {Length} bytes, not {bytes.Length}.");

    /// <summary>The bytes themselves: for the file that keeps them and for the envelope that carries them, nothing else.</summary>
    public byte[] Export() => [.. _bytes];

    /// <summary>True when this one has that id.</summary>
    public bool Is(ReadOnlySpan<byte> id) => Id.Span.SequenceEqual(id);

    /// <summary>Seals bytes for a place: elsewhere they cannot be opened.</summary>
    public byte[] Seal(ReadOnlySpan<byte> place, ReadOnlySpan<byte> plain) => Seal(_bytes, place, plain);

    /// <summary>Opens what was sealed for that place.</summary>
    /// <exception cref="IntegrityException">It was not sealed by this secret, not for that place, or is damaged.</exception>
    public byte[] Open(ReadOnlySpan<byte> place, ReadOnlySpan<byte> @sealed) => Open(_bytes, place, @sealed);

    /// <inheritdoc/>
    public override string ToString() => Convert.ToHexStringLower(Id.Span);

    internal static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> place, ReadOnlySpan<byte> plain)
    {
        var result = new byte[NonceLength + plain.Length + TagLength];
        var nonce = result.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plain, result.AsSpan(NonceLength, plain.Length), result.AsSpan(NonceLength + plain.Length), place);
        return result;
    }

    internal static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> place, ReadOnlySpan<byte> @sealed)
    {
        if (@sealed.Length < NonceLength + TagLength) throw new IntegrityException($"A sealed value has {@sealed.Length} bytes: too few to be one.");
        var plain = new byte[@sealed.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(@sealed[..NonceLength], @sealed[NonceLength..^TagLength], @sealed[^TagLength..], plain, place);
            return plain;
        }
        catch (CryptographicException exception)
        {
            throw new IntegrityException("A sealed value cannot be opened: it is damaged, or another secret sealed it, or it was sealed for another place.", exception);
        }
    }
}
