using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>What is decided about an update for a group. A floating deadline is a time on the wall: it has no Z.</summary>
internal sealed record ApprovalDocument(
    string Group, string? GroupId, string Action, string? Deadline, int RevisionNumber, string? ApprovedAt, string? ApprovedBy, bool DeadlineIsFloating)
{
    public static ApprovalDocument From(string group, ApprovalRecord record)
        => new(group, Wire.Guid(record.GroupId), Wire.Name(record.Action), record.DeadlineIsFloating ? Wire.Time(record.Deadline)?.TrimEnd('Z') : Wire.Time(record.Deadline), record.RevisionNumber,
            Wire.Time(record.ApprovedAt), Wire.NullIfEmpty(record.ApprovedBy), record.DeadlineIsFloating);
}
