namespace Hierarchy.Domain.Changes;

/// <summary>Adds up the digest of a set of live records from their payloads' hashes. The product's is <see cref="LogDigest"/>; a simulation, which makes millions of states, has a cheaper one.</summary>
public interface IDigestSum
{
    /// <summary>Adds a live record.</summary>
    /// <param name="sequence">Where it stands.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="key">Its key.</param>
    /// <param name="payloadHash">SHA-256 of its payload.</param>
    void AddHashed(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payloadHash);

    /// <summary>Adds the set that a digest of 2,048 bytes stands for.</summary>
    void Add(ReadOnlySpan<byte> digest);

    /// <summary>The digest, newly allocated.</summary>
    byte[] ToBytes();
}
