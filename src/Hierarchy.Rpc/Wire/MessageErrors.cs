namespace Grpc.Core.Internal;

/// <summary>The statuses of messages that cannot be sent or read, in one place so that both sides say the same.</summary>
internal static class MessageErrors
{
    public static readonly Status ReceivedTooLarge =
        new(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size.");

    public static readonly Status SendingTooLarge =
        new(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size.");

    public static readonly Status Incomplete = new(StatusCode.Internal, "Incomplete message.");

    public static readonly Status Additional = new(StatusCode.Internal, "Additional data after the message received.");

    public static readonly Status NoEncoding =
        new(StatusCode.Internal, "Request did not include grpc-encoding value with compressed message.");

    public static Status ReservedFlag(byte flag)
        => new(StatusCode.Internal, $"Unexpected compressed flag value {flag} in message header.");

    public static Status UnsupportedEncoding(string? encoding)
        => new(StatusCode.Unimplemented, $"Unsupported grpc-encoding value '{encoding}'. Supported encodings are listed in grpc-accept-encoding.");

    public static Status CorruptCompression(string encoding, Exception? exception)
        => new(StatusCode.Internal, $"The message cannot be decompressed: its {encoding} data is corrupt.", exception);
}
