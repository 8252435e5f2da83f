using System.Net;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Server.Api;
using Hierarchy.Server.Backups;
using Hierarchy.Server.Courier;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Succession;
using Hierarchy.Storage.Backups;
using Hierarchy.Storage.Sqlite;
using Microsoft.Extensions.Logging.Console;

namespace Hierarchy.Server.Hosting;

/// <summary>A running server: the one place where everything is put together.</summary>
internal sealed partial class ServerHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<IAsyncDisposable> _stores;
    private readonly DataDirectory _data;
    private readonly BoundListeners _listeners;
    private readonly ServerOptions _given;

    private ServerHost(WebApplication app, List<IAsyncDisposable> stores, DataDirectory data, BoundListeners listeners, ServerOptions given, string readyLine)
    {
        _given = given;
        _app = app;
        _stores = stores;
        _data = data;
        _listeners = listeners;
        ReadyLine = readyLine;
    }

    /// <summary>`ready role=… http=… grpc=…`: what programs that start a server wait for.</summary>
    public string ReadyLine { get; }

    /// <summary>The server's services, for tests.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>It was stopped to be put together anew: its role has changed.</summary>
    public bool IsToStartAgain => _app.Services.GetRequiredService<StartAgain>().IsWanted;

    /// <summary>Starts a server; when it returns, the server listens and serves what it has. Logs go to standard error unless the caller says otherwise.</summary>
    public static async Task<ServerHost> StartAsync(
        ServerOptions options, IConfiguration configuration, CancellationToken cancellationToken, Action<ILoggingBuilder>? logging = null)
    {
        var listeners = BoundListeners.Bind(options);
        DataDirectory? data = null;
        var stores = new List<IAsyncDisposable>();
        try
        {
            data = DataDirectory.Open(options.Data, options.RoleValue, options.Demote == "yes", TimeProvider.System);
            var held = options.As(data.Role);
            var app = Build(held, configuration, listeners, data, stores, logging ?? AddLogging);
            if (data.Contradiction is { } contradiction) Log.Contradiction(app.Services.GetRequiredService<ILogger<ServerHost>>(), contradiction);
            await app.StartAsync(cancellationToken);
            return new ServerHost(app, stores, data, listeners, options, ReadyLineOf(held, listeners));
        }
        catch
        {
            await DisposeAllAsync(stores);
            data?.Dispose();
            listeners.Dispose();
            throw;
        }
    }

    /// <summary>The settings of the one that follows: the same, on the same addresses.</summary>
    public ServerOptions OptionsOfNext() => _given.At(_listeners.Http, _listeners.Https, _listeners.Grpc);

    /// <summary>Until somebody stops the server.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Lets calls in flight end, then closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await DisposeAllAsync(_stores);
        _data.Dispose();
        _listeners.Dispose();
    }

    private static WebApplication Build(
        ServerOptions options, IConfiguration configuration, BoundListeners listeners, DataDirectory data, List<IAsyncDisposable> stores, Action<ILoggingBuilder> addLogging)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddConfiguration(configuration);
        addLogging(builder.Logging);
        // It calls a replica that waits for its first catalog an error, again and again; health and the list of servers say what it is.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        // Streams to servers and agents never end by themselves: a stop closes them instead of waiting for long.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));

        var time = TimeProvider.System;
        CertificateSource? certificate = null;
        if (options.Certificate.Length > 0)
        {
            using var loggers = LoggerFactory.Create(addLogging);
            certificate = new CertificateSource(options.Certificate, options.CertificatePassword, time, loggers.CreateLogger<CertificateSource>());
        }

        listeners.Configure(builder, certificate is null ? null : () => certificate.Current);
        var self = Self(options, listeners, data);

        var services = builder.Services;
        services.AddSingleton(time);
        services.AddSingleton(options);
        services.AddSingleton(self);
        services.AddSingleton(new ServerIdentity(self.Id, self.Name, self.ContentUrl));
        var views = new ViewPublisher();
        services.AddSingleton(views);
        services.AddSingleton<ViewFollower>();
        services.AddSingleton<ServerDirectory>();
        services.AddSingleton(provider => LoadMeter.OfThisProcess(
            provider.GetRequiredService<ConnectedClients>(), LocatorOptions.Read(provider.GetRequiredService<IConfiguration>()), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ServerLocations>();
        services.AddSingleton<ServerFaults>();
        services.AddSingleton<StatusSampler>();
        services.AddSingleton(data);
        services.AddSingleton<StartAgain>();
        var lost = SqliteLostStore.Open(new SqliteStoreOptions { Path = data.File("lost.db") });
        stores.Add(lost);
        services.AddSingleton<ILostStore>(lost);

        RoleRegistration.CheckUpstreamSettings(configuration, options.RoleValue);
        var isRoot = options.RoleValue == ServerRole.Root;
        var restored = RestoredMarker.Read(data.Path);
        var opened = new ServerStores(options, data, stores);
        services.AddSingleton(opened);
        services.AddSingleton(opened.OpenReports(isRoot, restored is not null, ComputerGrouping.By(views)));
        services.AddSingleton(opened.OpenLocal());
        services.AddSingleton<OverlayFeed>();
        if (isRoot) services.AddRoot(data, opened, configuration, options, self, time);
        else if (options.RoleValue == ServerRole.Autonomous) services.AddAutonomous(data, opened, configuration, options, self, time);
        else services.AddReplica(data, opened, configuration, options, self, time);
        // The new epoch and the outbox's new life are durable: killed before this, the next start draws them again, which does no harm.
        if (restored is not null) RestoredMarker.Delete(data.Path);
        services.AddSecrets(data, isRoot);
        services.AddServedContent(configuration, options, data, isRoot);
        services.AddHostedService<ComputerGrouping>();
        services.AddBackups(data);
        services.AddCourier(data);
        services.AddApi();

        var app = builder.Build();
        app.MapApi();
        return app;
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        // Standard output carries the ready line alone.
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.AddFilter("Microsoft", LogLevel.Warning);
    }

    private static EnrolledServer Self(ServerOptions options, BoundListeners listeners, DataDirectory data)
    {
        var grpc = options.PublicGrpcUrl.Length > 0 ? options.PublicGrpcUrl.TrimEnd('/')
            : listeners.Https is { } https ? BoundListeners.UrlOf("https", https)
            : BoundListeners.UrlOf("http", listeners.Grpc!); // The options are refused when neither is there.
        var content = options.PublicContentUrl.Length > 0 ? options.PublicContentUrl.TrimEnd('/')
            : listeners.Http is { } http ? BoundListeners.UrlOf("http", http)
            : listeners.Https is { } secure ? BoundListeners.UrlOf("https", secure)
            : "";
        var name = options.Name.Length > 0 ? options.Name : Dns.GetHostName();
        return new EnrolledServer(data.ServerId, name, (int)options.RoleValue, options.Site, grpc, content, ParentId: null);
    }

    private static string ReadyLineOf(ServerOptions options, BoundListeners listeners)
    {
        var line = $"ready role={options.Role.ToLowerInvariant()}";
        if (listeners.Http is { } http) line += $" http={BoundListeners.UrlOf("http", http)}";
        if (listeners.Https is { } https) line += $" https={BoundListeners.UrlOf("https", https)}";
        if (listeners.Grpc is { } grpc) line += $" grpc={BoundListeners.UrlOf("http", grpc)}";
        return line;
    }

    private static async ValueTask DisposeAllAsync(List<IAsyncDisposable> stores)
    {
        for (var i = stores.Count - 1; i >= 0; i--)
            await stores[i].DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1641, Level = LogLevel.Warning, Message = "{Contradiction}")]
        public static partial void Contradiction(ILogger logger, string contradiction);
    }
}
