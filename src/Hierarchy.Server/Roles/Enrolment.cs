using System.Threading.Channels;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Roles;

/// <summary>
/// The root writes into the log who belongs to the tree: itself, and every server whose status reaches it, when it is new or has changed where it answers. Until servers are enrolled with a
/// token, a server belongs to the tree when it follows it.
/// </summary>
internal sealed partial class Enrolment(IAuthorityLog log, ViewPublisher views, ServerDirectory directory, EnrolledServer self, ILogger<Enrolment> logger) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private readonly Channel<EnrolledServer> _seen = Channel.CreateBounded<EnrolledServer>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropOldest });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        directory.Received += OnReceived;
        _seen.Writer.TryWrite(self);
        try
        {
            await RetireOthersAsync(stoppingToken);
            await foreach (var server in _seen.Reader.ReadAllAsync(stoppingToken))
                await EnrolAsync(server, stoppingToken);
        }
        finally
        {
            directory.Received -= OnReceived;
        }
    }

    /// <summary>After a promotion the log still names the root of before; it has no parent that is known, until it follows one.</summary>
    private async Task RetireOthersAsync(CancellationToken cancellationToken)
    {
        await views.WaitForAsync(log.Head.Position.Sequence, cancellationToken);
        foreach (var other in views.View.Servers.Values.Where(server => server.ParentId is null && server.Id != self.Id))
            await EnrolAsync(other with { ParentId = Guid.Empty }, cancellationToken);
    }

    private void OnReceived(ServerStatus status)
    {
        try
        {
            var server = CatalogRecords.FromMessage(status.Server);
            // Every server speaks every second: only what the log does not say yet is worth a look.
            if (views.View.Servers.GetValueOrDefault(server.Id) != server) _seen.Writer.TryWrite(server);
        }
        catch (IntegrityException exception)
        {
            Log.Unreadable(logger, exception.Message);
        }
    }

    private async Task EnrolAsync(EnrolledServer server, CancellationToken cancellationToken)
    {
        try
        {
            await views.WaitForAsync(log.Head.Position.Sequence, cancellationToken);
            if (log.Halted is not null || views.View.Servers.GetValueOrDefault(server.Id) == server) return;
            if (server.Id != self.Id && server.ParentId is null) return; // Another root does not belong to this tree.
            await log.CommitAsync([CatalogRecords.Server(server)], cancellationToken);
            Log.Enrolled(logger, server.Name, server.Id, server.GrpcUrl);
        }
        catch (SupersededException)
        {
            // Another server is the root now: the tree is its business.
        }
        catch (UnavailableException exception)
        {
            Log.Postponed(logger, server.Name, exception.Message);
            await Task.Delay(RetryAfter, cancellationToken);
            _seen.Writer.TryWrite(server);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1501, Level = LogLevel.Information, Message = "Server {Name} ({Id}) belongs to the tree; it answers at {Url}.")]
        public static partial void Enrolled(ILogger logger, string name, Guid id, string url);

        [LoggerMessage(EventId = 1502, Level = LogLevel.Warning, Message = "Server {Name} cannot be written into the log now: {Reason}")]
        public static partial void Postponed(ILogger logger, string name, string reason);

        [LoggerMessage(EventId = 1503, Level = LogLevel.Warning, Message = "A server's status was passed over: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
