using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Roles;
using Position = Hierarchy.Domain.Changes.Position;

namespace Hierarchy.Server.Succession;

/// <summary>Hears who says to be the root, and answers what that means here: a root gives way or objects; all others compare it with the history that they hold.</summary>
internal sealed partial class SuccessionEndpoint(ILogReader log, ServerIdentity self, SelfDescription description, ViewPublisher views, ILogger<SuccessionEndpoint> logger, AuthorityStanding? standing = null)
    : SuccessionService.SuccessionServiceBase
{
    public override Task<AnnounceResponse> Announce(AnnounceRequest request, ServerCallContext context)
    {
        var (reign, name, url) = Read(request);
        var response = new AnnounceResponse { ServerId = Positions.Id(self.Id), ServerName = self.Name };
        if (standing is not null) Judge(standing, reign, name, url, response);
        else Compare(reign, name, url, response);
        return Task.FromResult(response);
    }

    private static (Position Reign, string Name, string Url) Read(AnnounceRequest request)
    {
        try
        {
            var server = CatalogRecords.FromMessage(request.Server ?? throw new IntegrityException("An announcement names its server."));
            if (request.Epoch < 1) throw new IntegrityException("An announcement names its epoch.");
            return (new Position(new LogId(Positions.Id(request.LogId, "log id")), request.Epoch, Positions.Id(request.EpochId, "epoch id"), 1), server.Name, server.GrpcUrl);
        }
        catch (IntegrityException exception)
        {
            throw Refusal.Invalid(exception.Message);
        }
    }

    private void Judge(AuthorityStanding root, Position reign, string name, string url, AnnounceResponse response)
    {
        switch (root.Hear(reign, name, url, name))
        {
            case Verdict.OtherLog:
                response.OtherLog = new();
                break;
            case Verdict.Own:
                response.Noted = new();
                break;
            case Verdict.Older:
                response.Outranked = new() { Position = log.Head.Position.ToProto(), GrpcUrl = description().GrpcUrl };
                break;
            case Verdict.Disputed:
                response.Disputed = new() { Position = log.Head.Position.ToProto(), GrpcUrl = description().GrpcUrl };
                break;
            case Verdict.Newer when root.Superseded is { } known && known.Epoch > reign.Epoch:
                // This one gave way before, to a third.
                response.Outranked = new() { Position = new Position(reign.Log, known.Epoch, known.EpochId, log.Head.Position.Sequence).ToProto(), GrpcUrl = known.GrpcUrl };
                break;
            default:
                response.Ceded = new();
                break;
        }
    }

    private void Compare(Position reign, string name, string url, AnnounceResponse response)
    {
        var (head, epochs) = (log.Head.Position, log.Epochs);
        if (head.Log != reign.Log || epochs.Count == 0)
        {
            response.OtherLog = new();
            return;
        }

        var newest = epochs[^1];
        if (newest.Number > reign.Epoch) response.Outranked = new() { Position = head.ToProto(), GrpcUrl = RootUrl() };
        else if (newest.Number == reign.Epoch && newest.Id != reign.EpochId) response.Disputed = new() { Position = head.ToProto(), GrpcUrl = RootUrl() };
        else
        {
            response.Noted = new();
            if (reign.Epoch > newest.Number) Log.Heard(logger, name, url, reign.Epoch, newest.Number);
        }
    }

    private string RootUrl() => views.View.Servers.Values.FirstOrDefault(server => server.ParentId is null)?.GrpcUrl ?? "";

    private static partial class Log
    {
        [LoggerMessage(EventId = 1621, Level = LogLevel.Information, Message = "{Server} at {Url} says that it is the root since epoch {Epoch}; this server stands in {Own} and goes on following its parents. Name that server, or one below it, among them.")]
        public static partial void Heard(ILogger logger, string server, string url, int epoch, int own);
    }
}
