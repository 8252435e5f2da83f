using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Makes metadata of HTTP headers, leaving out those that steer the protocol.</summary>
internal static class RequestHeaderReader
{
    private static readonly HashSet<string> Protocol = new(StringComparer.OrdinalIgnoreCase)
    {
        GrpcHeaders.Encoding, GrpcHeaders.AcceptEncoding, GrpcHeaders.Timeout,
        HeaderNames.ContentEncoding, HeaderNames.ContentType, HeaderNames.TE, HeaderNames.Host, HeaderNames.AcceptEncoding,
    };

    public static Metadata Read(IHeaderDictionary headers)
    {
        Metadata metadata = [];
        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(':') || Protocol.Contains(name))
                continue;
            foreach (var value in values)
            {
                if (!Metadata.Entry.IsBinaryKey(name))
                    metadata.Add(name, value ?? "");
                else
                    AddBinary(metadata, name, value);
            }
        }

        return metadata;
    }

    private static void AddBinary(Metadata metadata, string name, string? value)
    {
        try
        {
            BinaryHeader.AddAll(metadata, name, value);
        }
        catch (FormatException ex)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The header {name} is not base64.", ex));
        }
    }
}
