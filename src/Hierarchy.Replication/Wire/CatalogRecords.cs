using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;

namespace Hierarchy.Replication.Wire;

/// <summary>Records of the change log, between their bytes and what they mean. The only place that knows both.</summary>
public static class CatalogRecords
{
    /// <summary>
    /// What a record means to the view; null for kinds that it does not show, unknown ones included. A damaged payload of a known kind is an error: the log that carries it equals its
    /// checkpoint, so the authority wrote it so.
    /// </summary>
    /// <exception cref="IntegrityException">Key or payload have another shape than the kind says.</exception>
    public static ViewRecord? Read(in ChangeRecord record)
    {
        try
        {
            return (RecordKind)record.Kind switch
            {
                RecordKind.Revision => ReadRevision(record),
                RecordKind.Decline => new ViewRecord.Decline(record.Sequence, Id(record, 0, 16), IsDeclined: !record.IsTombstone),
                RecordKind.TargetGroup => new ViewRecord.Group(record.Sequence, Id(record, 0, 16), record.Payload is { } payload ? ReadGroup(payload) : null),
                RecordKind.Approval => ReadApproval(record),
                RecordKind.Site => new ViewRecord.Site(record.Sequence, KeyText(record), record.Payload is { } payload ? ReadSite(payload) : null),
                RecordKind.Server => new ViewRecord.Server(record.Sequence, Id(record, 0, 16), record.Payload is { } payload ? ReadServer(payload) : null),
                RecordKind.EulaAcceptance => new ViewRecord.Eula(record.Sequence, Id(record, 0, 16), IsAccepted: !record.IsTombstone),
                RecordKind.GroupAssignment => new ViewRecord.Assignment(record.Sequence, KeyText(record), record.Payload is { } payload ? ReadAssignment(payload) : null),
                RecordKind.GroupRule => new ViewRecord.Rule(record.Sequence, Id(record, 0, 16), record.Payload is { } payload ? GroupRecords.ReadRule(payload) : null),
                RecordKind.DecisionSettings => new ViewRecord.Settings(record.Sequence, record.Payload is { } payload ? SettingsRecords.Read(payload) : null),
                RecordKind.SyncSelection => new ViewRecord.Selection(record.Sequence, record.Payload is { } payload ? SyncRecords.ReadSelection(payload) : null),
                RecordKind.ImportedUpdate => new ViewRecord.Imported(record.Sequence, Id(record, 0, 16), record.Payload is { } payload ? SyncRecords.ReadImported(payload) : null),
                RecordKind.ServerSettings => new ViewRecord.ServerDecided(record.Sequence, Id(record, 0, 16), record.Payload is { } payload ? SyncRecords.ReadSettings(payload) : null),
                RecordKind.SiteLink => new ViewRecord.Link(record.Sequence, KeyText(record), record.Payload is { } payload ? SiteRecords.ReadLink(payload) : null),
                RecordKind.ClientPolicy => new ViewRecord.PolicyDecided(record.Sequence, Id(record, 0, 16), record.Payload is { } payload ? PolicyRecords.Read(payload) : null),
                RecordKind.TreeSettings => new ViewRecord.Tree(record.Sequence, record.Payload is { } payload ? SiteRecords.ReadSettings(payload) : null),
                RecordKind.ContentSettings => ContentRecords.Read(record),
                RecordKind.ApprovalRule => RuleRecords.ReadApprovalRule(record),
                RecordKind.DeclineRule => RuleRecords.ReadDeclineRule(record),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or FormatException or ArgumentException)
        {
            throw new IntegrityException($"Record {record.Sequence} of kind {record.Kind} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>A revision's record, from its payload.</summary>
    public static Change Revision(RevisionId id, byte[] payload) => new((int)RecordKind.Revision, id.ToKey(), payload);

    /// <summary>An approval.</summary>
    public static Change Approval(Approval approval, DateTimeOffset approvedAt, string approvedBy) => new(
        (int)RecordKind.Approval,
        ApprovalKey(approval.UpdateId, approval.GroupId),
        Message(approval, approvedAt, approvedBy).ToByteArray());

    /// <summary>The message of an approval's record.</summary>
    public static ApprovalRecord Message(Approval approval, DateTimeOffset approvedAt, string approvedBy) => new()
    {
        UpdateId = Positions.Id(approval.UpdateId),
        GroupId = Positions.Id(approval.GroupId),
        RevisionNumber = approval.RevisionNumber,
        Action = (Protocol.Catalog.V1.ApprovalAction)approval.Action,
        Deadline = approval.Deadline?.ToTimestamp(),
        ApprovedAt = approvedAt.ToTimestamp(),
        ApprovedBy = approvedBy,
        DeadlineIsFloating = approval.IsDeadlineFloating,
    };

    /// <summary>Removes an approval.</summary>
    public static Change NoApproval(Guid updateId, Guid groupId) => new((int)RecordKind.Approval, ApprovalKey(updateId, groupId), Payload: null);

    /// <summary>The key of an approval's record.</summary>
    public static byte[] ApprovalKey(Guid updateId, Guid groupId) => [.. updateId.ToByteArray(bigEndian: true), .. groupId.ToByteArray(bigEndian: true)];

    /// <summary>A decline.</summary>
    public static Change Decline(Guid updateId, DateTimeOffset declinedAt, string declinedBy) => new(
        (int)RecordKind.Decline, updateId.ToByteArray(bigEndian: true), new DeclineRecord { DeclinedAt = declinedAt.ToTimestamp(), DeclinedBy = declinedBy }.ToByteArray());

    /// <summary>Takes a decline back.</summary>
    public static Change NoDecline(Guid updateId) => new((int)RecordKind.Decline, updateId.ToByteArray(bigEndian: true), Payload: null);

    /// <summary>A group.</summary>
    public static Change Group(TargetGroup group) => new((int)RecordKind.TargetGroup, group.Id.ToByteArray(bigEndian: true), Message(group).ToByteArray());

    /// <summary>The message of a group's record.</summary>
    public static TargetGroupRecord Message(TargetGroup group) => new()
    {
        GroupId = Positions.Id(group.Id),
        Name = group.Name,
        ParentId = group.ParentId is { } parent ? Positions.Id(parent) : ByteString.Empty,
    };

    /// <summary>Removes a group.</summary>
    public static Change NoGroup(Guid groupId) => new((int)RecordKind.TargetGroup, groupId.ToByteArray(bigEndian: true), Payload: null);

    /// <summary>A licence, accepted for everyone.</summary>
    public static Change Eula(Guid eulaId, DateTimeOffset acceptedAt, string acceptedBy) => new(
        (int)RecordKind.EulaAcceptance,
        eulaId.ToByteArray(bigEndian: true),
        new EulaAcceptanceRecord { EulaId = Positions.Id(eulaId), AcceptedAt = acceptedAt.ToTimestamp(), AcceptedBy = acceptedBy }.ToByteArray());

    /// <summary>Takes the acceptance of a licence back.</summary>
    public static Change NoEula(Guid eulaId) => new((int)RecordKind.EulaAcceptance, eulaId.ToByteArray(bigEndian: true), Payload: null);

    /// <summary>The groups that a computer is put into; the same groups in another order are the same bytes.</summary>
    public static Change Assignment(GroupAssignment assignment)
    {
        var message = new GroupAssignmentRecord { ComputerId = GroupAssignment.KeyOf(assignment.ComputerId), ComputerName = assignment.ComputerName };
        message.GroupIds.Add(assignment.GroupIds.Distinct().Order().Select(Positions.Id));
        return new Change((int)RecordKind.GroupAssignment, AssignmentKey(assignment.ComputerId), message.ToByteArray());
    }

    /// <summary>Takes a computer's assignment back: what it names counts again.</summary>
    public static Change NoAssignment(string computerId) => new((int)RecordKind.GroupAssignment, AssignmentKey(computerId), Payload: null);

    /// <summary>A site.</summary>
    public static Change Site(Site site) => new((int)RecordKind.Site, SiteKey(site.Name), Message(site).ToByteArray());

    /// <summary>The message of a site's record.</summary>
    public static SiteRecord Message(Site site)
    {
        var message = new SiteRecord { Name = site.Name, TimeZone = site.TimeZone };
        message.Subnets.Add(site.Subnets.Select(subnet => subnet.ToString()));
        return message;
    }

    /// <summary>Removes a site.</summary>
    public static Change NoSite(string name) => new((int)RecordKind.Site, SiteKey(name), Payload: null);

    /// <summary>A server.</summary>
    public static Change Server(EnrolledServer server) => new((int)RecordKind.Server, server.Id.ToByteArray(bigEndian: true), Message(server).ToByteArray());

    /// <summary>The message of a server's record.</summary>
    public static ServerRecord Message(EnrolledServer server) => new()
    {
        ServerId = Positions.Id(server.Id),
        Name = server.Name,
        Role = (ServerRole)server.Role,
        Site = server.Site,
        GrpcUrl = server.GrpcUrl,
        ContentUrl = server.ContentUrl,
        ParentId = server.ParentId is { } parent ? Positions.Id(parent) : ByteString.Empty,
    };

    /// <summary>A server's record, understood.</summary>
    /// <exception cref="IntegrityException">An id has another length than 16 bytes.</exception>
    public static EnrolledServer FromMessage(ServerRecord message) => new(
        Positions.Id(message.ServerId, "id"), message.Name, (int)message.Role, message.Site, message.GrpcUrl, message.ContentUrl,
        message.ParentId.Length == 0 ? null : Positions.Id(message.ParentId, "id"));

    private static byte[] SiteKey(string name) => System.Text.Encoding.UTF8.GetBytes(name.ToLower(CultureInfo.InvariantCulture));

    private static byte[] AssignmentKey(string computerId) => System.Text.Encoding.UTF8.GetBytes(GroupAssignment.KeyOf(computerId));

    private static string KeyText(in ChangeRecord record) => System.Text.Encoding.UTF8.GetString(record.Key.Span);

    private static ViewRecord ReadRevision(in ChangeRecord record)
    {
        if (!RevisionId.TryFromKey(record.Key.Span, out var id)) throw new FormatException($"its key has {record.Key.Length} bytes");
        return record.Payload is { } payload
            ? new ViewRecord.Revision(RevisionRecords.ReadEntry(record.Sequence, payload))
            : new ViewRecord.RevisionRemoved(record.Sequence, id);
    }

    private static ViewRecord ReadApproval(in ChangeRecord record)
    {
        var updateId = Id(record, 0, 32);
        var groupId = Id(record, 16, 32);
        if (record.Payload is not { } payload) return new ViewRecord.ApprovalRemoved(record.Sequence, updateId, groupId);
        var message = ApprovalRecord.Parser.ParseFrom(payload.Span);
        return new ViewRecord.Approved(
            record.Sequence, new Approval(updateId, groupId, message.RevisionNumber, (ApprovalAction)message.Action, message.Deadline?.ToDateTimeOffset())
            {
                IsDeadlineFloating = message.DeadlineIsFloating,
            });
    }

    private static TargetGroup ReadGroup(ReadOnlyMemory<byte> payload)
    {
        var message = TargetGroupRecord.Parser.ParseFrom(payload.Span);
        return new TargetGroup(Positions.Id(message.GroupId, "id"), message.Name, message.ParentId.Length == 0 ? null : Positions.Id(message.ParentId, "id"));
    }

    private static Site ReadSite(ReadOnlyMemory<byte> payload)
    {
        var message = SiteRecord.Parser.ParseFrom(payload.Span);
        return new Site(message.Name, message.Subnets.Select(text => Subnet.Parse(text)).ToArray()) { TimeZone = message.TimeZone };
    }

    private static GroupAssignment ReadAssignment(ReadOnlyMemory<byte> payload)
    {
        var message = GroupAssignmentRecord.Parser.ParseFrom(payload.Span);
        return new GroupAssignment(message.ComputerId, message.ComputerName, message.GroupIds.Select(id => Positions.Id(id, "group id")).ToArray());
    }

    private static EnrolledServer ReadServer(ReadOnlyMemory<byte> payload) => FromMessage(ServerRecord.Parser.ParseFrom(payload.Span));

    private static Guid Id(in ChangeRecord record, int offset, int length) => record.Key.Length == length
        ? new Guid(record.Key.Span.Slice(offset, 16), bigEndian: true)
        : throw new FormatException($"its key has {record.Key.Length} bytes, not {length}");
}
