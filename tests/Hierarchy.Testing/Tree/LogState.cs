using Google.Protobuf;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Testing.Tree;

/// <summary>Where a server's log stands: equal states hold equal records.</summary>
public sealed record LogState(Position Position, long Count, ByteString Digest)
{
    public override string ToString() => $"{Position.Sequence}@{Position.Epoch} count {Count} digest {Convert.ToHexStringLower(Digest.Span[..8])}";
}
