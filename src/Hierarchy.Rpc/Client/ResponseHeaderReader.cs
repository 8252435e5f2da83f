using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

/// <summary>Makes metadata and statuses of the headers and trailers of a response.</summary>
internal static class ResponseHeaderReader
{
    /// <summary>Everything but the headers that steer the protocol.</summary>
    public static Metadata ReadMetadata(HttpHeaders headers)
    {
        Metadata metadata = [];
        foreach (var (name, values) in headers.NonValidated)
        {
            if (name.StartsWith(':') || IsProtocol(name))
                continue;
            var key = name.ToLowerInvariant();
            foreach (var value in values)
            {
                if (!Metadata.Entry.IsBinaryKey(key))
                    metadata.Add(key, value);
                else
                    AddBinary(metadata, key, value);
            }
        }

        return metadata;
    }

    /// <summary>The status in headers or trailers; null when there is none.</summary>
    public static Status? ReadStatus(HttpHeaders headers)
    {
        if (Single(headers, GrpcHeaders.Status) is not { } text)
            return null;
        if (!GrpcHeaders.TryParseCode(text, out var code))
            return new Status(StatusCode.Unknown, $"The server sent a grpc-status that is not a number: '{text}'.");
        var message = Single(headers, GrpcHeaders.Message);
        return new Status(code, message is null ? "" : PercentEncoding.Decode(message));
    }

    public static string? Single(HttpHeaders headers, string name)
        => headers.NonValidated.TryGetValues(name, out var values) && values.Count > 0 ? values.ToString() : null;

    private static bool IsProtocol(string name)
        => name.Equals(GrpcHeaders.Status, StringComparison.OrdinalIgnoreCase)
            || name.Equals(GrpcHeaders.Message, StringComparison.OrdinalIgnoreCase)
            || name.Equals(GrpcHeaders.Encoding, StringComparison.OrdinalIgnoreCase)
            || name.Equals(GrpcHeaders.AcceptEncoding, StringComparison.OrdinalIgnoreCase);

    private static void AddBinary(Metadata metadata, string key, string value)
    {
        try
        {
            BinaryHeader.AddAll(metadata, key, value);
        }
        catch (FormatException ex)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The header {key} is not base64.", ex));
        }
    }
}
