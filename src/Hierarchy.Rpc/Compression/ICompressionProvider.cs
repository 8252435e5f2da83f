using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One compression of messages, such as gzip.</summary>
public interface ICompressionProvider
{
    /// <summary>The name in <c>grpc-encoding</c>.</summary>
    string EncodingName { get; }

    /// <summary>Creates a stream that compresses onto another.</summary>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>Creates a stream that decompresses from another.</summary>
    Stream CreateDecompressionStream(Stream stream);
}
