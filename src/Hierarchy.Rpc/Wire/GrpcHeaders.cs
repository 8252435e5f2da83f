namespace Grpc.Core.Internal;

/// <summary>Names and values that gRPC puts into HTTP/2 headers and trailers.</summary>
internal static class GrpcHeaders
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Identity = "identity";

    /// <summary>A header entry with which both sides of grpc-dotnet choose the compression of one call.</summary>
    public const string InternalEncodingRequest = "grpc-internal-encoding-request";

    private static readonly string[] Codes = [.. Enumerable.Range(0, 17).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Whether a content type is gRPC with protobuf: <c>application/grpc</c>, with <c>+proto</c> or parameters.</summary>
    public static bool IsGrpcContentType(ReadOnlySpan<char> contentType)
    {
        if (!contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = contentType[ContentType.Length..];
        if (rest.StartsWith("+proto", StringComparison.OrdinalIgnoreCase))
            rest = rest["+proto".Length..];
        rest = rest.TrimStart(' ');
        return rest.IsEmpty || rest[0] == ';';
    }

    /// <summary>The code as it stands in <c>grpc-status</c>, without an allocation for the known ones.</summary>
    public static string CodeText(StatusCode code)
        => (uint)code < (uint)Codes.Length ? Codes[(int)code] : ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads <c>grpc-status</c>; a code that this version does not know is Unknown, as the specification asks.</summary>
    public static bool TryParseCode(ReadOnlySpan<char> text, out StatusCode code)
    {
        code = StatusCode.Unknown;
        if (!int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value))
            return false;
        code = value <= (int)StatusCode.Unauthenticated ? (StatusCode)value : StatusCode.Unknown;
        return true;
    }
}
