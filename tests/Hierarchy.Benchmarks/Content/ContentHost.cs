using System.Net;
using Hierarchy.Content;
using Hierarchy.Content.Adoption;
using Hierarchy.Content.Store;
using Hierarchy.Content.Transfer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Benchmarks.Content;

/// <summary>A Kestrel with the content room, and beside it the same files as plain static ones.</summary>
internal sealed class ContentHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ContentHost(WebApplication app) => _app = app;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()); // Kestrel always has the feature.

    public ContentStore Store => _app.Services.GetRequiredService<ContentStore>();

    public ContentFetcher Fetcher => _app.Services.GetRequiredService<ContentFetcher>();

    public ContentCounts Counts => _app.Services.GetRequiredService<ContentCounters>().Read();

    /// <summary>Where the same file is served plainly.</summary>
    public static string StaticPathOf(ContentFile file) => $"/static/{file.Sha1}";

    public static async Task<ContentHost> StartAsync(string folder, BenchCatalog catalog, Uri? parent, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IContentCatalog>(catalog);
        builder.Services.AddContent(new ContentOptions { Directory = folder, ParentUrl = parent });
        var app = builder.Build();
        app.MapContent();
        var paths = catalog.Files.ToDictionary(file => file.Sha1.ToString(), catalog.PathOf);
        app.MapGet("/static/{name}", (string name) => Results.File(paths[name], "application/octet-stream", enableRangeProcessing: true));
        await app.StartAsync(cancellationToken);
        return new ContentHost(app);
    }

    /// <summary>Takes all files of the folder into the store.</summary>
    public async Task AdoptAsync(string folder, CancellationToken cancellationToken) =>
        await _app.Services.GetRequiredService<ContentAdopter>().AdoptAsync(folder, AdoptionMode.LinkOrCopy, progress: null, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
