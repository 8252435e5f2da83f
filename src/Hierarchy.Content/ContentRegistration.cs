using Hierarchy.Content.Adoption;
using Hierarchy.Content.Bandwidth;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Retention;
using Hierarchy.Content.Serving;
using Hierarchy.Content.Store;
using Hierarchy.Content.Transfer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Content;

/// <summary>Puts the content room into a server.</summary>
public static class ContentRegistration
{
    /// <summary>
    /// Adds store, fetcher, counters and the fetching ahead. The server adds an <see cref="IContentCatalog"/>, and an
    /// <see cref="IContentOrigins"/> where the options alone do not say where content comes from.
    /// </summary>
    /// <exception cref="ArgumentException">Options are wrong; the message lists all that is.</exception>
    public static IServiceCollection AddContent(this IServiceCollection services, ContentOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        var errors = options.Validate().ToArray();
        if (errors.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IContentOrigins>(_ => new ConfiguredOrigins(options));
        services.AddSingleton(options);
        services.TryAddSingleton(_ => BandwidthGate.Open);
        services.AddSingleton<ContentPlans>();
        services.AddSingleton<ContentCounters>();
        services.AddSingleton(provider => new ContentStore(
            options, provider.GetRequiredService<ContentCounters>(), provider.GetRequiredService<ILogger<ContentStore>>(), provider.GetService<IContentBackend>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ContentFetcher>();
        services.AddSingleton<ContentAhead>();
        services.AddSingleton<UsageBook>();
        services.AddSingleton<ContentPruner>();
        services.AddSingleton<ContentAdopter>();
        services.AddSingleton<ContentEndpoint>();
        services.AddHostedService(provider => provider.GetRequiredService<ContentAhead>());
        services.AddHostedService(provider => provider.GetRequiredService<ContentPruner>());
        return services;
    }

    /// <summary>Answers GET and HEAD of `/Content/XX/SHA1.ext`.</summary>
    public static IEndpointConventionBuilder MapContent(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var content = endpoints.ServiceProvider.GetRequiredService<ContentEndpoint>();
        var fetcher = endpoints.ServiceProvider.GetRequiredService<ContentFetcher>();
        // Requests that wait for bytes would hold up the server's stop.
        endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(fetcher.Stop);
        return endpoints.MapMethods("/Content/{folder}/{name}", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)content.HandleAsync);
    }
}
