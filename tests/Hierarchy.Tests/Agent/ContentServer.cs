using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Tests.Agent;

/// <summary>A content server of a test: real HTTP with ranges, and faults on demand.</summary>
internal sealed class ContentServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly WebApplication _app;

    private ContentServer(WebApplication app) => _app = app;

    internal string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Every request: path and Range header.</summary>
    internal ConcurrentQueue<(string Path, string Range, string IfRange)> Requests { get; } = new();

    /// <summary>Called before an answer; null goes on, else the status to answer with.</summary>
    internal Func<HttpContext, Task<int?>> Before { get; set; } = _ => Task.FromResult<int?>(null);

    /// <summary>Bytes after which the connection is cut; null for none.</summary>
    internal int? CutAfter { get; set; }

    /// <summary>Awaited before the connection is cut, with the number of bytes sent of the file: a reset connection may lose what was sent.</summary>
    internal Func<int, Task> BeforeCut { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether ranges are understood.</summary>
    internal bool HasRanges { get; set; } = true;

    internal string Tag { get; set; } = "\"one\"";

    internal static async Task<ContentServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var app = builder.Build();
        var server = new ContentServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    internal void Add(byte[] bytes) => Put(TestUpdate.Sha1(bytes), bytes);

    /// <summary>Serves bytes under the name of others.</summary>
    internal void Put(byte[] sha1, byte[] bytes)
    {
        var name = Convert.ToHexString(sha1);
        _files[$"/Content/{name[^2..]}/{name}"] = bytes;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var range = context.Request.Headers.Range.ToString();
        var ifRange = context.Request.Headers.IfRange.ToString();
        Requests.Enqueue((path, range, ifRange));
        if (await Before(context) is { } status)
        {
            context.Response.StatusCode = status;
            return;
        }

        var dot = path.IndexOf('.', StringComparison.Ordinal);
        if (!_files.TryGetValue(dot < 0 ? path : path[..dot], out var bytes))
        {
            context.Response.StatusCode = 404;
            return;
        }

        var start = 0;
        if (HasRanges && range.StartsWith("bytes=", StringComparison.Ordinal) && (ifRange.Length == 0 || ifRange == Tag))
        {
            start = int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
            if (start >= bytes.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {start}-{bytes.Length - 1}/{bytes.Length}";
        }

        context.Response.Headers.ETag = Tag;
        context.Response.ContentLength = bytes.Length - start;
        var end = CutAfter is { } cut ? Math.Min(bytes.Length, start + cut) : bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(start, end - start));
        await context.Response.Body.FlushAsync();
        if (end == bytes.Length) return;
        await BeforeCut(end);
        context.Abort();
    }
}
