using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>One call made with HttpClient, so that bytes and headers are the test's own.</summary>
internal static class RawCall
{
    public static async Task<Answer> SendAsync(
        Uri server, string path, byte[] body, string? contentType = "application/grpc", params (string Name, string Value)[] headers)
    {
        var token = TestContext.Current.CancellationToken;
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        if (contentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, token);
        var bytes = await response.Content.ReadAsByteArrayAsync(token);
        var inHeaders = response.Headers.Contains("grpc-status");
        HttpHeaders last = inHeaders ? response.Headers : response.TrailingHeaders;
        return new Answer(
            (int)response.StatusCode,
            inHeaders,
            Get(last, "grpc-status"),
            Get(last, "grpc-message"),
            response.Headers.ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase),
            bytes);
    }

    private static string? Get(HttpHeaders headers, string name) => headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    internal sealed record Answer(
        int HttpStatus, bool IsTrailersOnly, string? Status, string? Message, Dictionary<string, string> Headers, byte[] Body);
}
