using System.Collections.Concurrent;
using Hierarchy.Content;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>An origin that serves what it is told, stops where it is told, and remembers what it was asked.</summary>
internal sealed class ScriptedOrigin : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.OrdinalIgnoreCase);

    private ScriptedOrigin()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>`path range user-agent server`, one for each request.</summary>
    public ConcurrentQueue<(string Path, string Range, string UserAgent, string Server)> Requests { get; } = [];

    /// <summary>Body bytes written.</summary>
    public long BytesSent;

    /// <summary>Answers so many requests with this status first.</summary>
    public (int Times, int Status) Refuse;

    /// <summary>Cuts so many answers after so many bytes.</summary>
    public (int Times, int After) Cut;

    /// <summary>After so many bytes of the file, every answer waits for <see cref="Gate"/>.</summary>
    public int PauseAt { get; set; } = int.MaxValue;

    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool KnowsRanges { get; set; } = true;

    /// <summary>Every answer waits for <see cref="Gate"/> before its first byte.</summary>
    public bool HoldsHeaders { get; set; }

    public static async Task<ScriptedOrigin> StartAsync()
    {
        var origin = new ScriptedOrigin();
        await origin._app.StartAsync(TestContext.Current.CancellationToken);
        origin.Url = new Uri(origin._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return origin;
    }

    public void Serve(ContentFile file, byte[] bytes) => _files[ContentPath.For(file)] = bytes;

    public void Serve(string path, byte[] bytes) => _files[path] = bytes;

    public async ValueTask DisposeAsync()
    {
        Gate.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue((request.Path, request.Headers.Range.ToString(), request.Headers.UserAgent.ToString(), request.Headers["X-Hierarchy-Server"].ToString()));
        if (Interlocked.Decrement(ref Refuse.Times) >= 0)
        {
            response.StatusCode = Refuse.Status;
            return;
        }

        if (!_files.TryGetValue(request.Path, out var bytes))
        {
            response.StatusCode = 404;
            return;
        }

        if (HoldsHeaders) await Gate.Task.WaitAsync(context.RequestAborted);
        var from = 0;
        if (KnowsRanges && RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var range))
        {
            from = (int)range.Ranges.Single().From!.Value;
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        response.ContentLength = bytes.Length - from;
        var cut = Interlocked.Decrement(ref Cut.Times) >= 0 ? Cut.After : int.MaxValue;
        for (var offset = from; offset < bytes.Length;)
        {
            if (offset >= PauseAt)
            {
                await response.Body.FlushAsync(context.RequestAborted);
                await Gate.Task.WaitAsync(context.RequestAborted);
            }

            if (offset - from >= cut)
            {
                await response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                return;
            }

            var end = Math.Min(bytes.Length, offset + 16_384);
            if (offset < PauseAt) end = Math.Min(end, PauseAt);
            if (offset - from < cut) end = (int)Math.Min(end, (long)from + cut);
            await response.Body.WriteAsync(bytes.AsMemory(offset, end - offset), context.RequestAborted);
            Interlocked.Add(ref BytesSent, end - offset);
            offset = end;
        }
    }
}
