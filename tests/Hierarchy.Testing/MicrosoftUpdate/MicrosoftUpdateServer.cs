using Hierarchy.Testing.MicrosoftUpdate.Content;
using Hierarchy.Testing.MicrosoftUpdate.Decisions;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Hierarchy.Testing.MicrosoftUpdate.Drivers;
using Hierarchy.Testing.MicrosoftUpdate.Soap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>
/// A simulated Microsoft Update: an upstream server of [MS-WSUSSS] over HTTP that behaves as a recorded WSUS does, and that serves content.
/// It is simulated: documents come from a folder, from the generator or from a test; nothing is fetched from anywhere.
/// </summary>
public sealed class MicrosoftUpdateServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private MicrosoftUpdateServer(WebApplication application, UpdateLibrary library, UpstreamState state)
    {
        _application = application;
        Library = library;
        State = state;
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Url = new Uri(address);
    }

    /// <summary>The address to give to a root server.</summary>
    public Uri Url { get; }

    /// <summary>What is published; may grow while the server runs.</summary>
    public UpdateLibrary Library { get; }

    /// <summary>What its administrators decided, for replicas; a real Microsoft Update has none, a real WSUS does.</summary>
    public UpstreamDecisions Decisions => State.Decisions;

    public CallCounters Counters => State.Counters;

    public FaultPlan Faults => State.Faults;

    internal UpstreamState State { get; }

    /// <summary>Starts a server over a library; it listens when this returns.</summary>
    public static async Task<MicrosoftUpdateServer> StartAsync(UpdateLibrary library, MicrosoftUpdateOptions options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 8 * 1024 * 1024;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(options.Listen, listen =>
            {
                if (options.Certificate is { } certificate) listen.UseHttps(certificate);
            });
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Logging.ClearProviders();
        var application = builder.Build();

        var state = new UpstreamState(library, options);
        var soap = new SoapEndpoint(state);
        var content = new ContentEndpoint(state);
        var control = new ControlEndpoint(state);
        application.Run(context => context.Request.Method switch
        {
            _ when context.Request.Path.StartsWithSegments(ControlEndpoint.Path) => control.AnswerAsync(context),
            "POST" => soap.AnswerAsync(context),
            "GET" or "HEAD" => content.AnswerAsync(context),
            _ => Refuse(context),
        });
        await application.StartAsync(cancellationToken);
        return new MicrosoftUpdateServer(application, library, state);
    }

    /// <summary>Behaves as a server that was reinstalled: cookies are invalid, and anchors given out before are answered with ServerChanged.</summary>
    public void RestartWithNewAnchors() => State.RestartWithNewAnchors();

    /// <summary>Publishes a driver set; only a real Microsoft Update has any.</summary>
    public void Publish(PublishedDriverSet set) => State.DriverSets.Publish(set, Library.Count);

    /// <summary>Takes a driver set back.</summary>
    public void RemoveDriverSet(Guid id) => State.DriverSets.Remove(id, Library.Count);

    /// <summary>Makes every cookie given out so far invalid.</summary>
    public void ForgetCookies() => State.Cookies.Forget();

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }
}
