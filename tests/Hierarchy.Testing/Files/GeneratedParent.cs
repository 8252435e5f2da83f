using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Hierarchy.Content;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Testing.Files;

/// <summary>A parent that serves generated files in small steps, and remembers from which byte on each was asked for.</summary>
public sealed class GeneratedParent : IAsyncDisposable
{
    private const int Step = 64 << 10;

    private readonly WebApplication _app;
    private readonly TimeSpan _pause;
    private readonly ConcurrentDictionary<string, GeneratedFile> _files = new(StringComparer.OrdinalIgnoreCase);

    private GeneratedParent(TimeSpan pause)
    {
        _pause = pause;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Where it answers.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>Each question: the file and its first byte, in order.</summary>
    public ConcurrentQueue<(GeneratedFile File, long From)> Asked { get; } = new();

    /// <summary>Starts one that waits so long before each step of 64 KiB.</summary>
    public static async Task<GeneratedParent> StartAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        var parent = new GeneratedParent(pause);
        await parent._app.StartAsync(cancellationToken);
        parent.Url = new Uri(parent._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()); // Kestrel always has the feature.
        return parent;
    }

    /// <summary>Serves that file from now on.</summary>
    public void Serve(GeneratedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _files[ContentPath.For(file.File)] = file;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        if (!_files.TryGetValue(context.Request.Path.ToString(), out var file))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var text = context.Request.Headers.Range.ToString();
        var from = text.Length == 0 ? 0 : long.Parse(text["bytes=".Length..text.IndexOf('-', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
        Asked.Enqueue((file, from));
        var bytes = GeneratedFile.BytesOf(file.Seed, (int)file.File.Size);
        if (text.Length > 0)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{bytes.Length - 1}/{bytes.Length}");
        }

        context.Response.ContentLength = bytes.Length - from;
        try
        {
            for (var offset = (int)from; offset < bytes.Length; offset += Step)
            {
                await context.Response.Body.WriteAsync(bytes.AsMemory(offset, Math.Min(Step, bytes.Length - offset)), context.RequestAborted);
                if (_pause > TimeSpan.Zero) await Task.Delay(_pause, context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The asker was killed: that is what this is for.
        }
    }
}
