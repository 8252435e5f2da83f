using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Logs;

/// <summary>The digest of a simulated log, added up from hashes.</summary>
internal sealed class SetSumDigest : IDigestSum
{
    private SetSum _sum;

    public void AddHashed(long sequence, int kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payloadHash) => _sum = _sum.WithHashed(sequence, kind, key, payloadHash);

    public void Add(ReadOnlySpan<byte> digest) => _sum += SetSum.FromBytes(digest);

    public byte[] ToBytes() => _sum.ToBytes();
}
