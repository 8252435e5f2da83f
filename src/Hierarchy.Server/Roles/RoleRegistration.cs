using Hierarchy.Content;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.View;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Secrets;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Content;
using Hierarchy.Server.Courier;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Rules;
using Hierarchy.Server.Secrets;
using Hierarchy.Server.Succession;
using Hierarchy.Server.Upstream;
using Hierarchy.Server.Upstream.Decisions;
using Hierarchy.Server.Verification;
using Hierarchy.Storage.SqlServer;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Roles;

/// <summary>What a root has, what a replica or an autonomous server has, and what all have.</summary>
internal static class RoleRegistration
{
    /// <summary>What the configuration says and this version does not take; all would be silently without effect.</summary>
    public static void CheckUpstreamSettings(IConfiguration configuration, ServerRole role)
    {
        var section = configuration.GetSection(UpstreamOptions.Section);
        if (role != ServerRole.Root && section.GetChildren().Any())
            throw new IntegrityException(
                $"The configuration has a section {UpstreamOptions.Section}, and this server's role is {role.ToString().ToLowerInvariant()}: a server that takes its catalog from Microsoft Update or a WSUS server is a root. Remove the section, or run a root with a data directory of its own.");
        foreach (var (key, verb) in new[] { ("Products", "products"), ("Classifications", "classifications") })
            if (section[key] is not null)
                throw new IntegrityException($"{UpstreamOptions.Section}:{key} is no setting any more: remove it, and choose with `hierarchy sync {verb} set` at the running root.");
    }

    /// <summary>The authority: its own log, the upstream, the list of who belongs to the tree.</summary>
    public static void AddRoot(
        this IServiceCollection services, DataDirectory data, ServerStores stores, IConfiguration configuration, ServerOptions options, EnrolledServer self, TimeProvider time)
    {
        var log = stores.OpenAuthority(data.Start, data.Promotion is { Epoch: null } promotion ? promotion.Above : 0);
        data.Begun(log.Head.Position.Epoch);
        if (data.Superseded is { } superseded) log.Halt(superseded.Reason);
        services.AddSingleton(log);
        services.AddSingleton<ILogReader>(log);
        services.AddSingleton(new ServedLogs(ServedLog.Of(log, time)));
        services.AddDatabaseWatch(log);
        services.AddSingleton<SelfDescription>(() => self);
        services.AddSingleton(provider => FeedSource.OfAuthority(log, provider.GetRequiredService<ServerIdentity>(), configuration.Options<FeedOptions>(FeedOptions.Section), time));

        var upstream = configuration.Options<UpstreamOptions>(UpstreamOptions.Section);
        upstream.Address = options.UpstreamUrl;
        upstream.AccountId = data.ServerId;
        services.AddSingleton(upstream);
        services.AddSingleton<SyncJournal>();
        services.AddSingleton<SealedKeys>();
        services.AddSingleton<SyncRunner>();
        if (options.UpstreamKindValue == UpstreamKind.WsusReplica)
        {
            services.AddSingleton(new UpstreamRule(upstream.Address));
            services.AddSingleton<DeploymentBook>();
            services.AddSingleton<DecisionSync>();
        }
        services.AddSingleton(provider => new SyncScheduler(
            () => provider.GetRequiredService<SyncRunner>().TryStart(SyncRequest.Scheduled) is not null, provider.GetRequiredService<SyncJournal>(), time,
            provider.GetRequiredService<ILogger<SyncScheduler>>(), () => log.Halted is null));
        services.AddSingleton<AuthorityStanding>();
        services.AddSingleton(provider => new Announcer(
            log, provider.GetRequiredService<AuthorityStanding>(), provider.GetRequiredService<ViewPublisher>(), data, self, time, provider.GetRequiredService<ILogger<Announcer>>()));

        services.AddHostedService<RootRole>();
        services.AddRulesOfRoot(upstream.Address);
        services.AddHostedService<Enrolment>();
        services.AddCompaction(static provider => provider.GetRequiredService<FeedSource>());
        services.AddAuditKeeper(configuration);
        services.AddHostedService(provider => provider.GetRequiredService<SyncScheduler>());
        services.AddHostedService(provider => provider.GetRequiredService<Announcer>());
    }

    /// <summary>The mirror: its parents, and the reports that go up to them. Below an autonomous server it carries the overlay too.</summary>
    public static void AddReplica(
        this IServiceCollection services, DataDirectory data, ServerStores stores, IConfiguration configuration, ServerOptions options, EnrolledServer self, TimeProvider time)
    {
        var log = services.AddMirror(data, stores, configuration, options, self, time);
        services.AddSingleton(new ServedLogs(ServedLog.Of(log)));
        if (options.FollowsByCourier) return;
        services.AddSingleton(new Decider(data.File(DataDirectory.Decider), hasState: !log.Head.Position.IsEmpty));
        services.AddSingleton<Func<OverlayMirror.Store>>(() =>
        {
            var (overlay, held) = stores.OpenOverlay();
            return new OverlayMirror.Store(overlay, held);
        });
        services.AddSingleton<OverlayMirror>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplicaRole>());
        services.AddHostedService<TreeSecretFetch>();
    }

    /// <summary>The mirror, and beside it a log of its own that decides.</summary>
    public static void AddAutonomous(
        this IServiceCollection services, DataDirectory data, ServerStores stores, IConfiguration configuration, ServerOptions options, EnrolledServer self, TimeProvider time)
    {
        var tree = services.AddMirror(data, stores, configuration, options, self, time);
        var own = stores.OpenOwn(data.Start);
        services.AddSingleton(own);
        services.AddDatabaseWatch(own);
        services.AddSingleton(new ServedLogs(ServedLog.Of(tree)) { Overlay = ServedLog.Of(own, time) });
        services.AddSingleton(provider =>
        {
            var source = FeedSource.OfAuthority(own, provider.GetRequiredService<ServerIdentity>(), configuration.Options<FeedOptions>(FeedOptions.Section), time);
            source.Overlay = own.Head.Position.Log;
            return new OverlayFeed { Source = source };
        });
        services.AddHostedService<AutonomousRole>();
        services.AddHostedService<ExpiryWatch>();
        services.AddRulesOfAutonomous();
        services.AddCompaction(static provider => provider.GetRequiredService<OverlayFeed>().Source);
        services.AddAuditKeeper(configuration);
        if (options.FollowsByCourier) return;
        services.AddHostedService(provider => provider.GetRequiredService<ReplicaRole>());
        services.AddHostedService<TreeSecretFetch>();
    }

    private static void AddDatabaseWatch(this IServiceCollection services, IAuthorityLog log)
    {
        if (log is not SqlServerAuthorityLog database) return;
        services.AddSingleton(database);
        services.AddSingleton<DatabaseWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseWatch>());
    }

    /// <summary>The mirror, and who fills it: a parent that is called, or whoever brings files.</summary>
    private static IMirrorLog AddMirror(
        this IServiceCollection services, DataDirectory data, ServerStores stores, IConfiguration configuration, ServerOptions options, EnrolledServer self, TimeProvider time)
    {
        var log = stores.OpenMirror();
        var feed = configuration.Options<FeedOptions>(FeedOptions.Section);
        services.AddSingleton(log);
        services.AddSingleton<ILogReader>(log);
        services.AddSingleton(feed);
        services.AddSingleton(provider =>
        {
            var source = FeedSource.OfMirror(log, provider.GetRequiredService<ServerIdentity>(), feed, time);
            // What decides here is told from the first call on; at a replica its overlay's mirror says it.
            if (provider.GetService<IAuthorityLog>() is { } own) source.Overlay = own.Head.Position.Log;
            return source;
        });
        if (options.FollowsByCourier)
        {
            services.AddCourierRole(self);
            return log;
        }

        services.AddSingleton(configuration.Options<FollowerOptions>(FollowerOptions.Section));
        services.AddSingleton<ReplicaRole>();
        services.AddSingleton<SelfDescription>(provider =>
        {
            var role = provider.GetRequiredService<ReplicaRole>();
            return () => self with { ParentId = role.ParentId ?? Guid.Empty };
        });
        return log;
    }

    /// <summary>The tree's secret and what it opens.</summary>
    public static void AddSecrets(this IServiceCollection services, DataDirectory data, bool isRoot)
    {
        services.AddSingleton(provider => new TreeSecretStore(data.File("secrets"), isRoot, provider.GetRequiredService<ILogger<TreeSecretStore>>()));
        services.AddSingleton<IDecryptionKeys, DecryptionKeyVault>();
        services.AddSingleton(provider => new SecretEndpoint(provider.GetRequiredService<TreeSecretStore>().Need));
    }

    /// <summary>The content room, told what the catalog and the tree say.</summary>
    public static void AddServedContent(this IServiceCollection services, IConfiguration configuration, ServerOptions options, DataDirectory data, bool isRoot)
    {
        var content = configuration.Options<ContentOptions>(ContentOptions.Section);
        if (content.Directory.Length == 0) content.Directory = data.File("content");
        content.ServerId = data.ServerId;
        content.Policy = options.Content switch { "ahead" => FetchPolicy.Ahead, "on-demand" => FetchPolicy.OnDemand, _ => FetchPolicy.Never };
        content.Source = options.ContentSource == "microsoft-update" || (options.ContentSource.Length == 0 && isRoot) ? ContentSource.MicrosoftUpdate : ContentSource.Parent;
        // All that a root fetches comes from its upstream's side; a replica's parent stands inside, where that proxy does not belong.
        if (isRoot) content.Proxy = UpstreamHttp.ProxyOf(UpstreamSettings.Read(configuration));
        services.AddSingleton<IContentCatalog, ViewContentCatalog>();
        services.AddSingleton(provider =>
        {
            var views = provider.GetRequiredService<ViewPublisher>();
            // A replica's role asks for content itself: it is looked up when it is needed.
            Func<Uri?> parent = isRoot || options.FollowsByCourier ? () => null : () => provider.GetRequiredService<ReplicaRole>().ParentContentUrl();
            return new ConfiguredOrigins(content, parent, () => views.View.ServerSettings.GetValueOrDefault(data.ServerId)?.TakesContentFromMicrosoft switch
            {
                true => ContentSource.MicrosoftUpdate,
                false when !isRoot => ContentSource.Parent,
                _ => null,
            });
        });
        services.AddSingleton<IContentOrigins>(provider => new SiteOrigins(
            provider.GetRequiredService<ConfiguredOrigins>(), data.ServerId, options.Site, NeighboursOf(provider, options, data), provider.GetRequiredService<TimeProvider>()));
        services.AddContentLinks(options, provider => NeighboursOf(provider, options, data));
        services.AddContentAdministration();
        services.AddContent(content);
        services.AddHostedService<ContentPrefetch>();
    }

    /// <summary>A server whose files are carried to it asks nobody.</summary>
    private static Func<IReadOnlyList<SiteNeighbour>> NeighboursOf(IServiceProvider provider, ServerOptions options, DataDirectory data)
    {
        if (options.FollowsByCourier) return static () => [];
        var neighbours = new ContentNeighbours(provider.GetRequiredService<ViewPublisher>(), data.ServerId, options.Site);
        return () => neighbours.Current;
    }

    private static T Options<T>(this IConfiguration configuration, string section)
        where T : new()
    {
        var options = new T();
        configuration.GetSection(section).Bind(options);
        return options;
    }
}
