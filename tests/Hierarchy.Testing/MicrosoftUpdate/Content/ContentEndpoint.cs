using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hierarchy.Testing.MicrosoftUpdate.Content;

/// <summary>Serves files over HTTP with single ranges, as the download servers do; every path that ends in a known SHA-1 is a file.</summary>
internal sealed class ContentEndpoint(UpstreamState state)
{
    private const int PieceLength = 64 * 1024;

    private static readonly DateTimeOffset LastModified = new(2026, 1, 13, 18, 0, 0, TimeSpan.Zero);

    public async Task AnswerAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        var response = context.Response;
        state.Counters.ContentRequested();
        var disturbance = state.Faults.Next(FaultPlan.Content);
        if (disturbance?.HttpStatus is { } refused)
        {
            response.StatusCode = refused;
            return;
        }

        if (state.Options.Latency > TimeSpan.Zero)
            await Task.Delay(state.Options.Latency, state.Options.Time, cancellationToken);
        if (state.Library.Content.Find(context.Request.Path.Value) is not { } file)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(file.Sha1)}\"");
        response.ContentType = "application/octet-stream";
        response.Headers.AcceptRanges = "bytes";
        var headers = response.GetTypedHeaders();
        headers.ETag = tag;
        headers.LastModified = LastModified;
        if (Range(context.Request, file.Length, tag) is not var (from, length))
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            headers.ContentRange = new ContentRangeHeaderValue(file.Length);
            return;
        }

        if (length != file.Length || context.Request.Headers.Range.Count != 0)
        {
            response.StatusCode = length == file.Length && from == 0 && !IsPartial(context.Request, tag) ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
            if (response.StatusCode == StatusCodes.Status206PartialContent)
                headers.ContentRange = new ContentRangeHeaderValue(from, from + length - 1, file.Length);
        }

        response.ContentLength = length;
        if (HttpMethods.IsGet(context.Request.Method))
            await SendAsync(context, file.Bytes, from, length, disturbance, cancellationToken);
    }

    private async Task SendAsync(
        HttpContext context, FileBytes bytes, long from, long length, FaultPlan.Disturbance? disturbance, CancellationToken cancellationToken)
    {
        var writer = context.Response.BodyWriter;
        for (long sent = 0; sent < length;)
        {
            var piece = (int)Math.Min(PieceLength, length - sent);
            if (disturbance?.CutAfter is { } limit)
                piece = (int)Math.Min(piece, limit - sent);
            if (piece <= 0)
            {
                context.Abort();
                return;
            }

            var memory = writer.GetMemory(piece)[..piece];
            bytes.Read(from + sent, memory.Span);
            if (disturbance?.CorruptAt is { } place && place >= sent && place < sent + piece)
                memory.Span[(int)(place - sent)] ^= 0xFF;
            writer.Advance(piece);
            var flushed = await writer.FlushAsync(cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled)
                return;
            sent += piece;
            state.Counters.ContentSent(piece);
        }
    }

    private static bool IsPartial(HttpRequest request, EntityTagHeaderValue tag)
    {
        var headers = request.GetTypedHeaders();
        if (headers.Range is not { Ranges.Count: 1 } range || range.Unit != "bytes")
            return false;
        return headers.IfRange switch
        {
            null => true,
            { EntityTag: { } wanted } => wanted.Compare(tag, useStrongComparison: true),
            { LastModified: { } wanted } => wanted == LastModified,
            _ => false,
        };
    }

    // One range is honoured; several, another unit, or a validator that does not match get the whole file, as HTTP allows.
    private static (long From, long Length)? Range(HttpRequest request, long length, EntityTagHeaderValue tag)
    {
        if (!IsPartial(request, tag))
            return (0, length);
        var range = request.GetTypedHeaders().Range!.Ranges.First();
        if (range.From is not { } from)
        {
            var suffix = Math.Min(range.To ?? 0, length);
            return suffix == 0 ? null : (length - suffix, suffix);
        }

        if (from >= length)
            return null;
        return (from, Math.Min(range.To ?? long.MaxValue, length - 1) - from + 1);
    }
}
