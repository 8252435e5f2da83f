using System.Buffers;
using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.Core.Internal;

/// <summary>Compresses and decompresses single messages.</summary>
internal static class MessageCompression
{
    public static Dictionary<string, ICompressionProvider> Defaults { get; } = new(StringComparer.Ordinal)
    {
        ["gzip"] = new GzipCompressionProvider(CompressionLevel.Fastest),
        ["deflate"] = new DeflateCompressionProvider(CompressionLevel.Fastest),
    };

    /// <summary>What <c>grpc-accept-encoding</c> says for a set of providers.</summary>
    public static string AcceptEncoding(IEnumerable<string> names) => string.Join(',', names.Prepend(GrpcHeaders.Identity));

    public static void Compress(ICompressionProvider provider, CompressionLevel? level, ReadOnlySpan<byte> payload, IBufferWriter<byte> destination)
    {
        using var stream = provider.CreateCompressionStream(new BufferWriterStream(destination), level);
        stream.Write(payload);
    }

    /// <summary>Decompresses with a limit on the result, so that a small message cannot fill the memory.</summary>
    public static PooledBufferWriter Decompress(ICompressionProvider provider, in ReadOnlySequence<byte> payload, int? maxSize)
    {
        var result = new PooledBufferWriter(4096);
        try
        {
            using var source = new SequenceStream(payload);
            using var stream = provider.CreateDecompressionStream(source);
            while (true)
            {
                var read = stream.Read(result.GetSpan(4096));
                if (read == 0)
                    break;
                result.Advance(read);
                if (result.Length > maxSize)
                    throw new RpcException(MessageErrors.ReceivedTooLarge);
            }

            // A stream that ends early reads like a short message: the framework's streams do not tell the two apart.
            if (source.Position < source.Length || (payload.Length == 0 && result.Length == 0))
                throw new RpcException(MessageErrors.CorruptCompression(provider.EncodingName, null));
            return result;
        }
        catch (Exception ex) when (ex is InvalidDataException or IOException)
        {
            result.Dispose();
            throw new RpcException(MessageErrors.CorruptCompression(provider.EncodingName, ex));
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }
}
