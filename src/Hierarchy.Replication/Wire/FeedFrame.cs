using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Replication.Wire;

/// <summary>A serialised `FollowResponse`: encoded once, written to every follower, and passed on by it. Never written to again.</summary>
/// <param name="Bytes">The message.</param>
/// <param name="Encoding">How the batch inside is encoded; unspecified when there is none.</param>
internal sealed record FeedFrame(ReadOnlyMemory<byte> Bytes, Encoding Encoding = Encoding.Unspecified);
