using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Hierarchy.Domain;

namespace Hierarchy.Content.Transfer;

/// <summary>Asks an origin for a file from some byte on, and refuses what cannot be that file before a byte of it is taken.</summary>
internal sealed class OriginClient : IDisposable
{
    /// <summary>The header by which a server names itself to another.</summary>
    public const string ServerHeader = "X-Hierarchy-Server";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>In the local network who does not answer at once is not there.</summary>
    private static readonly TimeSpan SiblingConnectTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;
    private readonly HttpClient _siblings;

    public OriginClient(ContentOptions options)
    {
        _http = Create(options, ConnectTimeout, useProxy: true);
        _siblings = Create(options, SiblingConnectTimeout, useProxy: false);
    }

    /// <summary>
    /// Opens the file at <paramref name="from"/>, or at its start where the origin knows no ranges: see <see cref="OriginBody.From"/>. Null: a sibling does not have it. Returns at the first byte, for which
    /// a sibling may wait long.
    /// </summary>
    /// <exception cref="UnavailableException">It is not there at present, or does not answer.</exception>
    /// <exception cref="IntegrityException">It has another length than the catalog says.</exception>
    public async Task<OriginBody?> OpenAsync(ContentOrigin origin, ContentFile file, long from, TransferPriority priority, CancellationToken cancellationToken)
    {
        var isSibling = origin.Kind == ContentOriginKind.Sibling;
        using var request = new HttpRequestMessage(HttpMethod.Get, origin.Url);
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        if (isSibling) request.Headers.Add(SiblingHeader.Name, SiblingHeader.Write(origin, priority));
        HttpResponseMessage response;
        try
        {
            response = await (isSibling ? _siblings : _http).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            throw new UnavailableException($"Content {file} cannot be fetched from {origin}: {e.Message} It is tried again; check that the server runs and is reachable.", e);
        }

        try
        {
            if (isSibling && response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway)
            {
                response.Dispose();
                return null;
            }

            var start = Check(response, origin, file, from);
            return new OriginBody(response, await response.Content.ReadAsStreamAsync(cancellationToken), start);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _siblings.Dispose();
    }

    private static HttpClient Create(ContentOptions options, TimeSpan connectTimeout, bool useProxy)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = connectTimeout,
            MaxAutomaticRedirections = 5,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Proxy = useProxy ? options.Proxy : null,
            UseProxy = useProxy,
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.Add(ProductInfoHeaderValue.Parse(options.UserAgent));
        if (options.ServerId is { } id) http.DefaultRequestHeaders.Add(ServerHeader, id.ToString("D"));
        return http;
    }

    /// <summary>The first byte that the answer holds.</summary>
    private static long Check(HttpResponseMessage response, ContentOrigin origin, ContentFile file, long from)
    {
        var headers = response.Content.Headers;
        var range = headers.ContentRange;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK when headers.ContentLength is null || headers.ContentLength == file.Size:
                return 0;
            case HttpStatusCode.PartialContent when range?.From == from && range.To == file.Size - 1 && (range.Length ?? file.Size) == file.Size:
                return from;
            case HttpStatusCode.PartialContent when range is null || (range.Length ?? file.Size) == file.Size:
                throw new UnavailableException($"Content {file} from {origin}: asked for bytes from {from} on, it sent '{range}'. It is tried again.");
            case HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                throw new IntegrityException(
                    $"Content {file} at {origin} has {range?.Length ?? headers.ContentLength} bytes, the catalog says {file.Size}. Nothing of it was stored. Check that server's store, and what stands between.");
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                throw new UnavailableException($"{origin} does not have content {file} ({(int)response.StatusCode}). It is tried again; a parent may still be behind.");
            default:
                throw new UnavailableException($"{origin} answered {(int)response.StatusCode} for content {file}. It is tried again.");
        }
    }
}
