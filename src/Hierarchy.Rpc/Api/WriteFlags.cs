namespace Grpc.Core;

/// <summary>Hints for one message that is written.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message may wait in a buffer until the next write without this flag, or the end of the stream.</summary>
    BufferHint = 0x1,

    /// <summary>The message is not compressed even where the call compresses.</summary>
    NoCompress = 0x2,
}
