using Hierarchy.Domain.Catalog;
using System.Globalization;
using Hierarchy.Content.Retention;
using Hierarchy.Content.Store;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content.Serving;

/// <summary>
/// GET and HEAD of `/Content/XX/SHA1.ext` for agents, servers, Windows and Delivery Optimization: ranges of what is stored, and
/// of what is still arriving, as it arrives. A path is never made from what is asked: names are digests that the catalog knows.
/// </summary>
internal sealed partial class ContentEndpoint(
    IContentCatalog catalog, ContentStore store, ContentFetcher fetcher, ContentCounters counters, UsageBook usage, ContentOptions options, TimeProvider time, ILogger<ContentEndpoint> log)
{
    private const string MediaType = "application/octet-stream";

    /// <summary>Read from the disk straight into the connection's buffer, so many bytes at a time. Kestrel has no better way to send a file: its SendFile copies too, in smaller steps.</summary>
    private const int ChunkLength = 128 << 10;

    private const string RetrySeconds = "10";

    public Task HandleAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!ContentPath.TryParse(request.RouteValues["folder"] as string, request.RouteValues["name"] as string, out var sha1) || Find(sha1) is not { Size: >= 0 } file)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var validators = new Validators(file);
        validators.Write(response.Headers);
        response.Headers.AcceptRanges = "bytes";
        var precondition = validators.Check(request.GetTypedHeaders());
        if (precondition is Precondition.NotModified or Precondition.Failed)
        {
            response.StatusCode = precondition == Precondition.Failed ? StatusCodes.Status412PreconditionFailed : StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = MediaType;
        if (HttpMethods.IsHead(request.Method))
        {
            // Answered from the catalog: asking how long a file is fetches nothing. Ranges are defined for GET alone.
            response.ContentLength = file.Size;
            return Task.CompletedTask;
        }

        if (precondition == Precondition.IgnoreRange || !ByteRanges.TryParse(request.Headers.Range, file.Size, out var ranges))
        {
            response.ContentLength = file.Size;
            return file.Size == 0 ? Task.CompletedTask : SendAsync(context, file, [new ByteRange(0, file.Size - 1)], multipart: null);
        }

        if (ranges.Count == 0)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.ContentType = null;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Size}");
            return Task.CompletedTask;
        }

        response.StatusCode = StatusCodes.Status206PartialContent;
        var multipart = ranges.Count == 1 ? null : new MultipartRanges(ranges, file.Size, MediaType);
        response.ContentLength = multipart?.ContentLength ?? ranges[0].Length;
        if (multipart is not null) response.ContentType = multipart.ContentType;
        else response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {ranges[0].From}-{ranges[0].To}/{file.Size}");
        return SendAsync(context, file, ranges, multipart);
    }

    /// <summary>The catalog's file; or what is stored though no update names it any more, since a client may still hold the decision.</summary>
    private ContentFile? Find(Sha1Digest sha1) => catalog.Find(sha1) ?? store.Find(sha1)?.ToContentFile();

    private async Task SendAsync(HttpContext context, ContentFile file, IReadOnlyList<ByteRange> ranges, MultipartRanges? multipart)
    {
        try
        {
            var sibling = SiblingHeader.Read(context.Request.Headers);
            using var reader = await OpenAsync(file, sibling);
            if (reader is null)
            {
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            await WaitForFirstByteAsync(reader, ranges[0].From, sibling == SiblingRequest.Ahead ? options.SiblingPatienceAhead : options.FirstByteTimeout, context.RequestAborted);
            var asker = Asker(context.Request);
            if (store.Find(file) is { } stored) usage.Asked(stored, time.GetUtcNow());
            for (var i = 0; i < ranges.Count; i++)
            {
                if (multipart is not null) await context.Response.BodyWriter.WriteAsync(multipart.Head(i), context.RequestAborted);
                await SendRangeAsync(context, reader, ranges[i], asker);
            }

            if (multipart is not null) await context.Response.BodyWriter.WriteAsync(multipart.Tail, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The asker has left. What it began to fetch goes on for the next.
            context.Abort();
        }
        catch (Exception e) when (e is UnavailableException or IntegrityException or IOException)
        {
            Refuse(context, file, e);
        }
    }

    /// <summary>Null: a sibling asks for what this server has not got, and does not fetch for it.</summary>
    private async ValueTask<ContentReader?> OpenAsync(ContentFile file, SiblingRequest sibling) => sibling switch
    {
        SiblingRequest.None => await fetcher.OpenAsync(file),
        SiblingRequest.IfStored when !store.Contains(file) => null,
        _ => await fetcher.OpenForSiblingAsync(file, sibling == SiblingRequest.OnDemand ? TransferPriority.OnDemand : TransferPriority.Ahead),
    };

    private async Task WaitForFirstByteAsync(ContentReader reader, long offset, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (reader.IsStored) return;
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await reader.WaitForAsync(offset, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"Byte {offset} of content {reader.File} has not arrived within {timeout}. The transfer goes on; ask again.", e);
        }
    }

    private async Task SendRangeAsync(HttpContext context, ContentReader reader, ByteRange range, ContentAsker asker)
    {
        var body = context.Response.BodyWriter;
        var offset = range.From;
        while (offset <= range.To)
        {
            var end = Math.Min(await reader.WaitForAsync(offset, context.RequestAborted), range.To + 1);
            var chunk = (int)Math.Min(end - offset, ChunkLength);
            var read = await reader.ReadAsync(offset, body.GetMemory(chunk)[..chunk], context.RequestAborted);
            if (read == 0) throw new UnavailableException($"Content {reader.File} ends on the disk at byte {offset}. Ask again.");
            body.Advance(read);
            var flushed = await body.FlushAsync(context.RequestAborted);
            if (flushed.IsCompleted || flushed.IsCanceled) throw new OperationCanceledException(context.RequestAborted);
            counters.Served(asker, read);
            offset += read;
        }
    }

    /// <summary>503 or 502 while nothing has been sent; after that only a broken connection tells the asker that what it has is not whole.</summary>
    private void Refuse(HttpContext context, ContentFile file, Exception failure)
    {
        Log.Refused(log, file, context.Connection.RemoteIpAddress?.ToString(), failure.Message);
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return;
        }

        response.Clear();
        response.StatusCode = failure is IntegrityException ? StatusCodes.Status502BadGateway : StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = RetrySeconds;
    }

    private static ContentAsker Asker(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        if (request.Headers.ContainsKey(OriginClient.ServerHeader) || agent.StartsWith("hierarchy-server/", StringComparison.OrdinalIgnoreCase)) return ContentAsker.Server;
        return agent.StartsWith("hierarchy-agent/", StringComparison.OrdinalIgnoreCase) ? ContentAsker.Agent : ContentAsker.Client;
    }

    private static partial class Log
    {
        [LoggerMessage(7401, LogLevel.Warning, "Content {File} was not sent to {Address}: {Reason}")]
        public static partial void Refused(ILogger log, ContentFile file, string? address, string reason);
    }
}
