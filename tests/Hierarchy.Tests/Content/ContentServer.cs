using System.Net;
using Hierarchy.Content;
using Hierarchy.Content.Bandwidth;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Retention;
using Hierarchy.Content.Store;
using Hierarchy.Content.Transfer;
using Hierarchy.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>A server with nothing but the content room, on a port of its own.</summary>
internal sealed class ContentServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ErrorLog _errors;

    private ContentServer(WebApplication app, ErrorLog errors)
    {
        _app = app;
        _errors = errors;
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Url { get; }

    public HttpClient Http { get; }

    public ContentStore Store => _app.Services.GetRequiredService<ContentStore>();

    public ContentFetcher Fetcher => _app.Services.GetRequiredService<ContentFetcher>();

    public ContentPlans Plans => _app.Services.GetRequiredService<ContentPlans>();

    public ContentPruner Pruner => _app.Services.GetRequiredService<ContentPruner>();

    public ContentAhead Ahead => _app.Services.GetRequiredService<ContentAhead>();

    public ContentCounts Counts => _app.Services.GetRequiredService<ContentCounters>().Read();

    public static async Task<ContentServer> StartAsync(TemporaryFolder folder, IContentCatalog catalog, Uri? parent = null, Action<ContentOptions>? configure = null, TimeProvider? time = null,
        Func<ContentOptions, IContentOrigins>? origins = null, BandwidthGate? bandwidth = null, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var options = new ContentOptions { Directory = Path.Combine(folder.Path, "content"), ParentUrl = parent, RetryDelay = TimeSpan.FromMilliseconds(1), MaxAttempts = 3 };
        configure?.Invoke(options);
        var errors = new ErrorLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = protocols));
        builder.Logging.ClearProviders().AddProvider(errors);
        if (time is not null) builder.Services.AddSingleton(time);
        if (origins is not null) builder.Services.AddSingleton(origins(options));
        if (bandwidth is not null) builder.Services.AddSingleton(bandwidth);
        builder.Services.AddSingleton(catalog);
        builder.Services.AddContent(options);
        var app = builder.Build();
        app.MapContent();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ContentServer(app, errors);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? range = null, string? userAgent = null, HttpMethod? method = null, Action<HttpRequestMessage>? configure = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (range is not null) request.Headers.TryAddWithoutValidation("Range", range);
        if (userAgent is not null) request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        configure?.Invoke(request);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Assert.Empty(_errors.Errors);
    }
}
