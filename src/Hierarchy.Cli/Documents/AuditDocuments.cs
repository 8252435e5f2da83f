using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>Who changed what, newest first; <paramref name="More"/> says that there are older ones which match.</summary>
internal sealed record AuditLogDocument(string? Decider, IReadOnlyList<AuditEntryBody> Entries, bool More);

/// <summary>One decision.</summary>
internal sealed record AuditEntryBody(
    string? Time, string Verb, string? RequestedBy, string? Address, string? ServerId, string Server, int Changes, IReadOnlyList<AuditItemBody> Items)
{
    public static AuditEntryBody From(AuditEntryRecord entry) => new(
        Wire.Time(entry.Time), entry.Verb, Wire.NullIfEmpty(entry.RequestedBy), Wire.NullIfEmpty(entry.Address), Wire.Guid(entry.ServerId), entry.ServerName, entry.Changes,
        [.. entry.Items.Select(AuditItemBody.From)]);
}

/// <summary>One thing that it changed.</summary>
internal sealed record AuditItemBody(string Kind, string Subject, string? UpdateId, string? GroupId, string? Group, string Before, string After)
{
    public static AuditItemBody From(AuditItem item) => new(
        Wire.Name(item.Kind), item.Subject, Wire.Guid(item.UpdateId), Wire.Guid(item.GroupId), Wire.NullIfEmpty(item.Group), item.Before, item.After);
}
