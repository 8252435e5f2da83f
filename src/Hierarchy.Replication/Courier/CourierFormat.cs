using System.Buffers.Binary;
using System.Security.Cryptography;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Courier;

/// <summary>
/// The frames of a courier file. Eight bytes say what it is and that nothing has translated its line ends; then frames: length of the body (4 bytes, big-endian), type (1 byte), body, check
/// (8 bytes). The check is the beginning of the SHA-256 over the file from its first byte to the end of this body: a bit that flipped, and a frame that is missing, doubled or elsewhere, show
/// before anything of the frame is believed.
/// </summary>
internal static class CourierFormat
{
    public const int HeadBytes = 5;
    public const int CheckBytes = 8;

    /// <summary>Bytes of content in a frame.</summary>
    public const int FileBytes = 256 * 1024;

    private const int Slack = 64 * 1024;

    /// <summary>The last of them is the version of the framing.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'C', (byte)'F', (byte)'\r', (byte)'\n', 0x1A, 1];

    /// <summary>The longest body.</summary>
    public static int Limit(CourierFrameType type) => type switch
    {
        CourierFrameType.Header => 4 << 20,
        CourierFrameType.Feed => RecordBatches.MaxBytes + Slack,
        CourierFrameType.File => 1024,
        CourierFrameType.FileBytes => 1 << 20,
        CourierFrameType.Reports => 16 << 20,
        CourierFrameType.Servers => 4 << 20,
        CourierFrameType.Held => 1 << 20,
        CourierFrameType.End => 0,
        _ => 1 << 20,
    };

    public static void WriteHead(Span<byte> head, CourierFrameType type, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(head, (uint)length);
        head[4] = (byte)type;
    }

    /// <summary>The check of all that was hashed so far.</summary>
    public static void WriteCheck(IncrementalHash hash, Span<byte> check)
    {
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetCurrentHash(whole);
        whole[..CheckBytes].CopyTo(check);
    }
}
