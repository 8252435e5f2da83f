using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Replication;
using Hierarchy.Replication.Secrets;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Secrets;

/// <summary>A replica's way to the tree's secret: asks its parent until it has it, and again when something is sealed by another one.</summary>
internal sealed partial class TreeSecretFetch(
    TreeSecretStore secrets, ReplicaRole role, ServerIdentity self, ServerOptions options, TimeProvider time, ILogger<TreeSecretFetch> logger) : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (HasOne()) await secrets.WantedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await AskUntilAnsweredAsync(stoppingToken);
            await secrets.WantedAsync(stoppingToken);
        }
    }

    private bool HasOne()
    {
        try
        {
            return secrets.Current is not null;
        }
        catch (IntegrityException exception)
        {
            Log.Damaged(logger, exception.Message);
            return false;
        }
    }

    private async Task AskUntilAnsweredAsync(CancellationToken cancellationToken)
    {
        var delay = FirstDelay;
        while (true)
        {
            var parent = role.ParentUrl ?? options.Parents[0];
            try
            {
                var secret = await SecretCall.AskAsync(parent, self.Id, time, cancellationToken);
                secrets.Keep(secret);
                Log.Came(logger, secret, parent);
                return;
            }
            catch (RpcException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // An older parent, or one that waits itself: nothing but the keys of encrypted files is missing meanwhile.
                Log.NotYet(logger, parent, $"{exception.StatusCode} {exception.Status.Detail}");
            }
            catch (Exception exception) when (exception is IntegrityException or HttpRequestException or IOException or UnauthorizedAccessException)
            {
                Log.Failed(logger, parent, exception.Message);
            }

            await Task.Delay(delay * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1811, Level = LogLevel.Information, Message = "The tree's secret {Secret} came from {Parent}")]
        public static partial void Came(ILogger logger, TreeSecret secret, Uri parent);

        [LoggerMessage(EventId = 1814, Level = LogLevel.Warning, Message = "The tree's secret could not be taken from {Parent}, or not be kept: {Reason} It is asked for again.")]
        public static partial void Failed(ILogger logger, Uri parent, string reason);

        [LoggerMessage(EventId = 1813, Level = LogLevel.Warning, Message = "{Reason} It is asked for again.")]
        public static partial void Damaged(ILogger logger, string reason);

        [LoggerMessage(EventId = 1812, Level = LogLevel.Debug, Message = "{Parent} has not given the tree's secret: {Reason}")]
        public static partial void NotYet(ILogger logger, Uri parent, string reason);
    }
}
