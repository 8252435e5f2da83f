using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;
using Decision = Hierarchy.Domain.Approvals.Decision;
using HoldReason = Hierarchy.Domain.Reports.HoldReason;
using OfficeReport = Hierarchy.Domain.Office.OfficeReport;
using Position = Hierarchy.Domain.Changes.Position;
using UpdateState = Hierarchy.Domain.Reports.UpdateState;

namespace Hierarchy.Server.Api;

/// <summary>Serves agents: what is decided for them, the documents to decide by, and their reports. What is sent is the difference of two decision sets, never a range of the log.</summary>
internal sealed class ClientEndpoint(ViewPublisher views, ServedLogs logs, IReportStore reports, ServerIdentity self, IHostApplicationLifetime lifetime, ConnectedClients clients, TimeProvider time) : ClientService.ClientServiceBase
{
    private const int BatchSize = 1000;
    private const int MaxRevisions = 1000;
    private const int MaxStatuses = 20_000;
    private const int MaxGroups = 64;

    public override async Task Sync(SyncRequest request, IServerStreamWriter<SyncResponse> responseStream, ServerCallContext context)
    {
        if (request.ClientId.Length is 0 or > 128) throw new RpcException(new Status(StatusCode.InvalidArgument, "client_id has 1 to 128 characters."));
        if (request.Groups.Count > MaxGroups || GroupNames.Split(request.Groups).Count > MaxGroups) throw new RpcException(new Status(StatusCode.InvalidArgument, $"A client names at most {MaxGroups} groups."));

        var current = views.Current;
        if (current.Checkpoint is null)
            throw new RpcException(new Status(StatusCode.Unavailable, views.Withheld is { } reason
                ? $"Server {self.Name} serves nothing now: {reason} Try another server, or this one again later."
                : $"Server {self.Name} has no catalog yet: it is taking it from its parent. Try another server, or this one again shortly."));

        var (position, overlay) = (request.Position.ToDomain(), request.OverlayPosition.ToDomain());
        var (standing, overlayStanding) = (StandingOf(position, current.View), StandingInOverlay(overlay, current.View));
        if (standing == PositionStanding.Behind || overlayStanding == PositionStanding.Behind)
        {
            var behind = new SyncBehind { Head = current.View.Head.Position.ToProto(), OverlayHead = current.View.Overlay?.Position.ToProto() };
            await responseStream.WriteAsync(new SyncResponse { Behind = behind }, context.CancellationToken);
            return;
        }

        var facts = FactsOf(request, context);
        var membership = current.View.MembershipOf(facts);
        var isDelta = standing == PositionStanding.Valid && overlayStanding == PositionStanding.Valid && !position.IsEmpty && request.ScopeHash.Span.SequenceEqual(membership.ScopeHash)
            && current.View.CanTellChangesSince(position.Sequence, overlay.Sequence);
        await responseStream.WriteAsync(new SyncResponse { Started = Started(current.View, membership, isFull: !isDelta) }, context.CancellationToken);

        var updates = isDelta ? current.View.ChangedSince(position.Sequence, overlay.Sequence) : current.View.Updates.Values;
        foreach (var batch in Batches(current.View, updates, membership, withWithdrawn: isDelta))
            await responseStream.WriteAsync(new SyncResponse { Decisions = batch }, context.CancellationToken);
        await responseStream.WriteAsync(new SyncResponse { Completed = new SyncCompleted { Checkpoint = current.Checkpoint.ToProto(), OverlayCheckpoint = current.Overlay?.ToProto() } }, context.CancellationToken);

        if (!request.Follow) return;
        using var stay = clients.Enter();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await FollowAsync(current, facts, membership, responseStream, either.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"Server {self.Name} stops; take another server, or this one again shortly.");
        }
    }

    public override async Task GetRevisions(GetRevisionsRequest request, IServerStreamWriter<RevisionPayload> responseStream, ServerCallContext context)
    {
        if (request.RevisionIds.Count > MaxRevisions) throw new RpcException(new Status(StatusCode.InvalidArgument, $"At most {MaxRevisions} revisions a call; ask in parts."));
        foreach (var revisionId in request.RevisionIds)
        {
            if (!views.View.RevisionIds.TryGetValue(revisionId, out var id)) continue;
            var record = await logs.Tree.Log.FindAsync((int)RecordKind.Revision, id.ToKey(), context.CancellationToken);
            if (record?.Payload is not { } payload) continue;
            await responseStream.WriteAsync(new RevisionPayload { RevisionId = revisionId, Payload = UnsafeByteOperations.UnsafeWrap(payload) }, context.CancellationToken);
        }
    }

    public override async Task<ReportResponse> Report(ReportRequest request, ServerCallContext context)
    {
        if (request.ClientId.Length is 0 or > 128) throw new RpcException(new Status(StatusCode.InvalidArgument, "client_id has 1 to 128 characters."));
        if (request.Incarnation <= 0 || request.Counter <= 0) throw new RpcException(new Status(StatusCode.InvalidArgument, "incarnation and counter begin at 1."));
        if (request.Statuses.Count > MaxStatuses) throw new RpcException(new Status(StatusCode.InvalidArgument, $"At most {MaxStatuses} statuses a report; send several."));

        var computer = new ComputerReport
        {
            ComputerId = request.ClientId,
            Incarnation = request.Incarnation,
            Counter = request.Counter,
            Name = request.Name,
            Address = AddressOf(context)?.ToString() ?? "",
            OperatingSystem = request.OperatingSystem,
            Groups = GroupNames.Split(request.Groups.Take(MaxGroups)).Take(MaxGroups).ToArray(),
            ServerId = self.Id.ToString("D"),
            ReportedAt = time.GetUtcNow(),
            OsVersion = ComputerFacts.Cut(request.OsVersion),
            Manufacturer = ComputerFacts.Cut(request.Manufacturer),
            Model = ComputerFacts.Cut(request.Model),
            UtcOffset = ReportMessages.Offset(request.UtcOffset),
            Office = OfficeOf(request),
        };
        var statuses = request.Statuses.Select(status => StatusOf(request, status)).ToArray();
        var isKnown = await reports.FindComputerAsync(request.ClientId, context.CancellationToken) is { States.Total: > 0 } known && known.Report.Incarnation == request.Incarnation;
        await reports.MergeAsync([computer], statuses, child: null, context.CancellationToken);
        return new ReportResponse { FullReportWanted = !isKnown && statuses.Length == 0 };
    }

    private async Task FollowAsync(
        ViewPublisher.Published seen, ComputerFacts facts, Membership membership, IServerStreamWriter<SyncResponse> responseStream, CancellationToken cancellationToken)
    {
        while (true)
        {
            await seen.Superseded.Task.WaitAsync(cancellationToken);
            var now = views.Current;
            var (last, lastOverlay) = (seen.View.Head.Position, seen.View.Overlay?.Position ?? Position.Empty);
            // The client is put into other groups, another meaning of its groups, another policy, a view that replaced the log, or a removed revision: the client calls again and is told everything that it needs.
            if (!now.View.ScopesAs(seen.View) && !now.View.MembershipOf(facts).ScopeHash.AsSpan().SequenceEqual(membership.ScopeHash)) return;
            if (StandingOf(last, now.View) != PositionStanding.Valid || StandingInOverlay(lastOverlay, now.View) != PositionStanding.Valid) return;
            if (!now.View.CanTellChangesSince(last.Sequence, lastOverlay.Sequence)) return;

            var batches = Batches(now.View, now.View.ChangedSince(last.Sequence, lastOverlay.Sequence), membership, withWithdrawn: true).ToList();
            if (batches.Count == 0) batches.Add(new DecisionBatch());
            batches[^1].Checkpoint = now.Checkpoint!.ToProto(); // There was one when the call began, and it does not go away.
            batches[^1].OverlayCheckpoint = now.Overlay?.ToProto();
            foreach (var batch in batches)
                await responseStream.WriteAsync(new SyncResponse { Decisions = batch }, cancellationToken);
            seen = now;
        }
    }

    private static ComputerFacts FactsOf(SyncRequest request, ServerCallContext context) => new(request.ClientId)
    {
        Name = request.Name,
        Named = [.. request.Groups],
        Address = AddressOf(context),
        OsVersion = ComputerFacts.Cut(request.OsVersion),
        Manufacturer = ComputerFacts.Cut(request.Manufacturer),
        Model = ComputerFacts.Cut(request.Model),
        UtcOffset = ReportMessages.Offset(request.UtcOffset),
    };

    private static IPAddress? AddressOf(ServerCallContext context) =>
        context.GetHttpContext().Connection.RemoteIpAddress is { } address ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : null;

    private PositionStanding StandingOf(Position position, ServedView view) => ReaderStanding.Of(logs.Tree.Log.Epochs, view.Head, position);

    /// <summary>Whoever comes from other decisions has another scope, and is told everything anew wherever it stands.</summary>
    private PositionStanding StandingInOverlay(Position position, ServedView view) => view.Overlay is not { } head ? PositionStanding.Valid
        : position.Log != head.Position.Log || logs.Overlay is not { } overlay ? PositionStanding.Diverged
        : ReaderStanding.Of(overlay.Log.Epochs, head, position);

    private SyncStarted Started(ServedView view, Membership membership, bool isFull)
    {
        var started = new SyncStarted { ScopeHash = ByteString.CopyFrom(membership.ScopeHash), Full = isFull, ContentUrl = self.ContentUrl };
        started.Groups.Add(membership.Direct);
        if (view.PolicyOf(membership).Policy is { IsNone: false } policy) started.Policy = PolicyRecords.Message(policy);
        return started;
    }

    private static IEnumerable<DecisionBatch> Batches(ServedView view, IEnumerable<UpdateEntry> updates, Membership membership, bool withWithdrawn)
    {
        var batch = new DecisionBatch();
        var decisions = new List<Decision>();
        foreach (var update in updates)
        {
            decisions.Clear();
            view.Decide(update, membership, decisions);
            foreach (var decision in decisions)
                batch.Decisions.Add(ToProto(decision));
            if (withWithdrawn)
                foreach (var revision in update.Revisions)
                    if (!decisions.Exists(decision => decision.Entry.RevisionId == revision.RevisionId))
                        batch.Withdrawn.Add(revision.RevisionId);
            if (batch.Decisions.Count + batch.Withdrawn.Count < BatchSize) continue;
            yield return batch;
            batch = new DecisionBatch();
        }

        if (batch.Decisions.Count + batch.Withdrawn.Count > 0) yield return batch;
    }

    private static Protocol.Client.V1.Decision ToProto(in Decision decision) => new()
    {
        RevisionId = decision.Entry.RevisionId,
        UpdateId = Positions.Id(decision.Entry.Id.UpdateId),
        RevisionNumber = decision.Entry.Id.RevisionNumber,
        Action = (Protocol.Client.V1.DecisionAction)decision.Action,
        Deadline = decision.Deadline?.ToTimestamp(),
        DecisionHash = decision.Hash(),
        DeadlineIsFloating = decision.IsDeadlineFloating,
    };

    private static OfficeReport? OfficeOf(ReportRequest request)
    {
        try
        {
            return OfficeMessages.ToDomain(request.Office);
        }
        catch (IntegrityException exception)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, exception.Message));
        }
    }

    private static StatusReport StatusOf(ReportRequest request, UpdateStatus status)
    {
        if (status.State == Protocol.Client.V1.UpdateState.Unspecified || !System.Enum.IsDefined(status.State))
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"State {(int)status.State} of a status is not known."));
        if (status.User.Length > ReportMessages.MaxUser) throw new RpcException(new Status(StatusCode.InvalidArgument, $"A user's name has at most {ReportMessages.MaxUser} characters."));
        if ((int)status.Hold is < 0 or > ReportMessages.MaxHold) throw new RpcException(new Status(StatusCode.InvalidArgument, $"Reason {(int)status.Hold} of a held status is none."));
        if (status.UpdateId.Length != 16) throw new RpcException(new Status(StatusCode.InvalidArgument, "update_id has 16 bytes."));
        return new StatusReport(
            request.ClientId, request.Incarnation, request.Counter, Positions.Id(status.UpdateId, "update"), status.RevisionNumber, (UpdateState)status.State, status.ResultCode,
            Positions.Time(status.Time), status.User, (HoldReason)status.Hold);
    }
}
