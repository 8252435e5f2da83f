using Hierarchy.Content;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Rollup;
using Hierarchy.Replication.Secrets;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Backups;
using Hierarchy.Server.Content;
using Hierarchy.Server.Courier;
using Hierarchy.Server.Effects;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Rules;
using Hierarchy.Server.Search;
using Hierarchy.Server.Secrets;
using Hierarchy.Server.Succession;
using Hierarchy.Server.Upstream;
using Hierarchy.Server.Upstream.Decisions;
using Hierarchy.Server.Verification;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Api;

/// <summary>Everything that answers.</summary>
internal static class ApiRegistration
{
    public static void AddApi(this IServiceCollection services)
    {
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<ErrorTranslation>();
            grpc.MaxReceiveMessageSize = 16 * 1024 * 1024;
        });
        services.AddGrpcHealthChecks().AddCheck<ServingCheck>("serving");
        services.AddGrpcReflection();
        services.AddAudit();
        services.AddEffects();
        services.AddSearch();
        services.AddSingleton(provider => new DecisionDesk(
            provider.GetRequiredService<ViewPublisher>(), provider.GetRequiredService<ServedLogs>(), provider.GetService<IAuthorityLog>(),
            provider.GetRequiredService<ServerIdentity>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<AuditTrail>(), provider.GetRequiredService<DecisionOutlook>(), provider.GetService<UpstreamRule>(),
            provider.GetRequiredService<ServerOptions>().Parents));
        services.AddSingleton(provider => new SyncAdministration(
            provider.GetRequiredService<DecisionDesk>(), provider.GetService<SyncRunner>(), provider.GetService<SyncJournal>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DoctorAdministration(
            provider.GetRequiredService<DecisionDesk>(), provider.GetService<UpstreamOptions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new SelectionAdministration(provider.GetRequiredService<DecisionDesk>(), provider.GetService<SyncJournal>()));
        services.AddSingleton(provider => new ScheduleAdministration(provider.GetRequiredService<DecisionDesk>(), provider.GetService<SyncScheduler>()));
        services.AddSingleton<UpdateAdministration>();
        services.AddSingleton<ApprovalAdministration>();
        services.AddRules();
        services.AddSingleton<EulaText>();
        services.AddSingleton<EulaAdministration>();
        services.AddSingleton<DecisionExplainer>();
        services.AddSingleton<ApprovalEndpoint>();
        services.AddSingleton<GroupAdministration>();
        services.AddSingleton<GroupEffects>();
        services.AddSingleton<GroupChanges>();
        services.AddSingleton<TargetingAdministration>();
        services.AddSingleton<GroupRuleAdministration>();
        services.AddSingleton<DecisionSettingsAdministration>();
        services.AddSingleton<GroupEndpoint>();
        services.AddSingleton<PolicyAdministration>();
        services.AddSingleton<PolicyEndpoint>();
        services.AddSingleton<SiteAdministration>();
        services.AddSingleton<LinkAdministration>();
        services.AddSingleton<NetworkImport>();
        services.AddSingleton<AddressExplanation>();
        services.AddSingleton<SiteEndpoint>();
        services.AddSingleton<ComputerAdministration>();
        services.AddSingleton<AssignmentAdministration>();
        services.AddSingleton<ContentAdministration>();
        services.AddSingleton<ServerAdministration>();
        services.AddSingleton<AdminEndpoint>();
        services.AddSingleton(provider => new Promoter(
            provider.GetRequiredService<ILogReader>(), provider.GetRequiredService<DataDirectory>(), provider.GetRequiredService<ServerOptions>(), provider.GetRequiredService<ServerIdentity>(),
            provider.GetRequiredService<TreeSecretStore>(), provider.GetRequiredService<StartAgain>(), provider.GetRequiredService<ViewPublisher>(), provider.GetRequiredService<ILostStore>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Promoter>>(), provider.GetService<ReplicaRole>(), provider.GetService<OverlayMirror>()));
        services.AddSingleton<LossWords>();
        services.AddSingleton<LossAdministration>();
        services.AddSingleton<SuccessionAdminEndpoint>();
        services.AddSingleton(provider => new SuccessionEndpoint(
            provider.GetRequiredService<ILogReader>(), provider.GetRequiredService<ServerIdentity>(), provider.GetRequiredService<SelfDescription>(), provider.GetRequiredService<ViewPublisher>(),
            provider.GetRequiredService<ILogger<SuccessionEndpoint>>(), provider.GetService<AuthorityStanding>()));
        services.AddSingleton<ConnectedClients>();
        services.AddSingleton<ClientEndpoint>();
        services.AddSingleton<ForwardedAddress>();
        services.AddSingleton<LocatorEndpoint>();
        FeedEndpoint.AddFeed(services);
        services.AddVerification();
        services.AddSingleton(provider => new RollupInbox(
            statuses =>
            {
                provider.GetRequiredService<ServerDirectory>().Update(statuses.Servers);
                if (statuses.Verifications.Count > 0) provider.GetRequiredService<VerificationDesk>().Receive(statuses.Verifications);
            },
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping)
        {
            Servers = provider.GetRequiredService<ServerLocations>().Summaries,
            Time = provider.GetRequiredService<TimeProvider>(),
        });
        services.AddSingleton<RollupEndpoint>();
    }

    public static void MapApi(this WebApplication app)
    {
        // Calls that never end by themselves would hold up the server's stop.
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<FeedSource>().Dispose);
        app.Lifetime.ApplicationStopping.Register(() => app.Services.GetRequiredService<OverlayFeed>().Source?.Dispose());
        app.MapGrpcService<FeedEndpoint>().WithMetadata(FeedService.Descriptor);
        app.MapGrpcService<SecretEndpoint>();
        app.MapGrpcService<DigestEndpoint>();
        app.MapGrpcService<RollupEndpoint>();
        app.MapGrpcService<ClientEndpoint>();
        app.MapGrpcService<LocatorEndpoint>();
        app.MapGrpcService<AdminEndpoint>();
        app.MapGrpcService<GroupEndpoint>();
        app.MapGrpcService<PolicyEndpoint>();
        app.MapGrpcService<SiteEndpoint>();
        app.MapGrpcService<ApprovalEndpoint>();
        app.MapGrpcService<AuditEndpoint>();
        app.MapGrpcService<RuleEndpoint>();
        app.MapGrpcService<VerificationEndpoint>();
        app.MapGrpcService<BackupEndpoint>();
        app.MapGrpcService<SuccessionAdminEndpoint>();
        app.MapGrpcService<SuccessionEndpoint>();
        app.MapGrpcService<CourierEndpoint>();
        app.MapGrpcService<ContentServiceEndpoint>();
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
        app.MapContent();
    }
}
