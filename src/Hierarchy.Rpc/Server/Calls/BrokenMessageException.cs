namespace Grpc.AspNetCore.Server.Internal;

/// <summary>A serializer failed after the prefix of its message was written: the stream cannot go on and is reset.</summary>
internal sealed class BrokenMessageException() : Exception("The serializer of a response failed after a part of the message was written.");
