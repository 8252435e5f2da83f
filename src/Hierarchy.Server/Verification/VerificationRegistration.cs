using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Feed;
using Hierarchy.Server.Courier;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;
using Hierarchy.Storage;

namespace Hierarchy.Server.Verification;

/// <summary>Comparison, scrub and verification.</summary>
internal static class VerificationRegistration
{
    private const string Advice = "This server decides, so no other can repair it: restore the newest backup that is sound, or promote a replica that is (`hierarchy servers verify` says which).";

    private const string CourierAdvice = "Nobody can be asked: make a file with `hierarchy export FILE --all` at the root, or at any server above, and import it here.";

    /// <summary>All of it, for every role.</summary>
    public static void AddVerification(this IServiceCollection services)
    {
        services.AddSingleton(provider => Read(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton(provider => new DigestSource(provider.GetRequiredService<FeedSource>(), provider.GetRequiredService<ILogReader>()));
        services.AddSingleton(provider => new DigestEndpoint(
            provider.GetRequiredService<DigestSource>(), provider.GetRequiredService<OverlayFeed>(), provider.GetRequiredService<UpwardVerification>().AnswerAsync, provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton(provider => new RotAlarms(TreeAlarm(provider), OverlayAlarm(provider)));
        services.AddSingleton<RecordVerifier>();
        services.AddSingleton<VerificationDesk>();
        services.AddSingleton(provider => new UpwardVerification(
            provider.GetRequiredService<VerificationDesk>(), provider.GetRequiredService<ServerIdentity>(), () => provider.GetService<ReplicaRole>()?.ParentUrl));
        services.AddSingleton<TreeVerification>();
        services.AddSingleton<VerificationEndpoint>();
        services.AddHostedService<Scrub>();
    }

    /// <summary>The forgetting of deletions, at a server that decides.</summary>
    /// <param name="services">The services.</param>
    /// <param name="feed">Feeds its log to the servers below.</param>
    public static void AddCompaction(this IServiceCollection services, Func<IServiceProvider, FeedSource?> feed)
    {
        services.AddSingleton(provider => new Compaction(
            provider.GetRequiredService<IAuthorityLog>(), provider.GetRequiredService<ILocalState>(), provider.GetRequiredService<ViewPublisher>(), provider.GetRequiredService<ServerDirectory>(),
            () => feed(provider), provider.GetRequiredService<ServerIdentity>(), provider.GetRequiredService<ReplicationOptions>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Compaction>>()));
        services.AddHostedService(provider => provider.GetRequiredService<Compaction>());
    }

    // Roles are looked up when an alarm is raised: they need the view's follower, which raises it.
    private static RotAlarm TreeAlarm(IServiceProvider services)
    {
        if (services.GetRequiredService<ServerOptions>() is { RoleValue: ServerRole.Root }) return OfAuthority(services, () => services.GetRequiredService<FeedSource>());
        return services.GetRequiredService<ServerOptions>().FollowsByCourier
            ? new RotAlarm(_ => services.GetRequiredService<CourierRole>().OnRotten(), CourierAdvice)
            : new RotAlarm(isServed => services.GetRequiredService<ReplicaRole>().OnRotten(isServed), "");
    }

    private static RotAlarm OverlayAlarm(IServiceProvider services) => services.GetRequiredService<ServerOptions>() is { RoleValue: ServerRole.Autonomous }
        ? OfAuthority(services, () => services.GetRequiredService<OverlayFeed>().Source)
        : new RotAlarm(isServed => services.GetService<OverlayMirror>()?.OnRotten(isServed), "");

    // What was read before the rot is served on and decided upon; who starts on rotten rows has nothing that anybody could trust.
    private static RotAlarm OfAuthority(IServiceProvider services, Func<FeedSource?> feed) => new(
        isServed =>
        {
            feed()?.Hold(true);
            if (!isServed) services.GetRequiredService<IAuthorityLog>().Halt($"The records in this server's storage do not equal their digest, so nothing is served or decided. {Advice}");
        },
        Advice);

    private static ReplicationOptions Read(IConfiguration configuration)
    {
        var options = new ReplicationOptions();
        configuration.GetSection(ReplicationOptions.Section).Bind(options);
        var errors = options.Validate().ToArray();
        return errors.Length == 0 ? options : throw new IntegrityException(string.Join(Environment.NewLine, errors));
    }
}
