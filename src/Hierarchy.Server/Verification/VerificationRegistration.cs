using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Feed;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Verification;

/// <summary>Comparison, scrub and verification.</summary>
internal static class VerificationRegistration
{
    private const string Advice = "This server decides, so no other can repair it: restore the newest backup that is sound, or promote a replica that is (`hierarchy servers verify` says which).";

    /// <summary>All of it, for every role.</summary>
    public static void AddVerification(this IServiceCollection services)
    {
        services.AddSingleton(provider => Read(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton(provider => new DigestSource(provider.GetRequiredService<FeedSource>(), provider.GetRequiredService<ILogReader>()));
        services.AddSingleton(provider => new DigestEndpoint(
            provider.GetRequiredService<DigestSource>(), provider.GetRequiredService<UpwardVerification>().AnswerAsync, provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton(provider => provider.GetService<ReplicaRole>() is { } replica
            ? new RotAlarm(replica.OnRotten, "")
            : new RotAlarm(() => provider.GetRequiredService<FeedSource>().Hold(true), Advice));
        services.AddSingleton<RecordVerifier>();
        services.AddSingleton<VerificationDesk>();
        services.AddSingleton(provider => new UpwardVerification(
            provider.GetRequiredService<VerificationDesk>(), provider.GetRequiredService<ServerIdentity>(), () => provider.GetService<ReplicaRole>()?.ParentUrl));
        services.AddSingleton<TreeVerification>();
        services.AddSingleton<VerificationEndpoint>();
        services.AddHostedService<Scrub>();
    }

    /// <summary>The root's forgetting of deletions.</summary>
    public static void AddCompaction(this IServiceCollection services)
    {
        services.AddSingleton<Compaction>();
        services.AddHostedService(provider => provider.GetRequiredService<Compaction>());
    }

    private static ReplicationOptions Read(IConfiguration configuration)
    {
        var options = new ReplicationOptions();
        configuration.GetSection(ReplicationOptions.Section).Bind(options);
        var errors = options.Validate().ToArray();
        return errors.Length == 0 ? options : throw new IntegrityException(string.Join(Environment.NewLine, errors));
    }
}
