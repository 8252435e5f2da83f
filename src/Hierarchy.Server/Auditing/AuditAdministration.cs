using Hierarchy.Domain.Audit;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Auditing;

/// <summary>Shows who changed what. It is read from storage, newest first: no server keeps it in memory.</summary>
internal sealed class AuditAdministration(DecisionDesk desk, ServedLogs logs, ServerIdentity self)
{
    private const int Kind = (int)RecordKind.AuditEntry;
    private const int DefaultPage = 100;
    private const int MaxPage = 500;
    private const int MostRead = 10_000;
    private const int Batch = 500;

    public async Task<ListAuditEntriesResponse> ListAsync(ListAuditEntriesRequest request, CancellationToken cancellationToken)
    {
        if (request.PageSize is < 0 or > MaxPage) throw Refusal.Invalid($"A page has 1 to {MaxPage} entries.");
        if (request.Since is { } since && request.Until is { } until && since.ToDateTimeOffset() >= until.ToDateTimeOffset()) throw Refusal.Invalid("The time from which lies behind the time until which: nothing can be between them.");
        var view = desk.View;
        var filter = Filter(view, request);
        var size = request.PageSize == 0 ? DefaultPage : request.PageSize;
        var response = new ListAuditEntriesResponse { Decider = view.DeciderOf(self.Id)?.Name ?? "" };
        // Written out: a null array would convert to an empty key that has a value, and nothing sorts below it.
        ReadOnlyMemory<byte>? below = null;
        if (request.PageToken.Length > 0) below = Token(request.PageToken);
        else if (request.Until is { } end) below = AuditRecords.Key(end.ToDateTimeOffset(), 0);
        ReadOnlyMemory<byte> oldest = request.Since is { } begin ? AuditRecords.Key(begin.ToDateTimeOffset(), 0) : default;
        for (var read = 0; read < MostRead;)
        {
            var records = await logs.Of(Kind).ReadKindAsync(Kind, below, skip: 0, Batch, cancellationToken);
            foreach (var record in records)
            {
                if (record.Key.Span.SequenceCompareTo(oldest.Span) < 0) return response;
                below = record.Key;
                var entry = AuditRecords.Read(record);
                if (!filter(entry)) continue;
                response.Entries.Add(AuditRecords.Message(entry));
                if (response.Entries.Count == size) return Paged();
            }

            if (records.Count < Batch) return response;
            read += records.Count;
        }

        return Paged();

        ListAuditEntriesResponse Paged()
        {
            response.NextPageToken = Convert.ToHexStringLower(below!.Value.Span); // At least one was read.
            return response;
        }
    }

    private static byte[] Token(string text)
    {
        if (text.Length == 32 && text.All(char.IsAsciiHexDigit)) return Convert.FromHexString(text);
        throw Refusal.Invalid("The page token is not one that this server gave.");
    }

    private static Func<AuditEntry, bool> Filter(ServedView view, ListAuditEntriesRequest request)
    {
        var (by, verb, group) = (request.RequestedBy.Trim(), request.Verb.Trim(), request.Group.Trim());
        // An update that left the catalog can still be asked for, by its whole id.
        var updateId = request.Update.Trim().Length == 0 ? (Guid?)null : Guid.TryParse(request.Update.Trim(), out var id) ? id : UpdateFinder.Find(view, request.Update).UpdateId;
        var groupId = group.Length == 0 ? null : view.Groups.Find(group)?.Id;
        return entry =>
            (by.Length == 0 || entry.RequestedBy.Contains(by, StringComparison.OrdinalIgnoreCase))
            && (verb.Length == 0 || entry.Verb.Equals(verb, StringComparison.OrdinalIgnoreCase) || entry.Verb.StartsWith(verb + " ", StringComparison.OrdinalIgnoreCase))
            && (updateId is null || entry.Items.Any(item => item.UpdateId == updateId))
            && (group.Length == 0 || entry.Items.Any(item => (item.GroupId is { } about && about == groupId) || item.Group.Equals(group, StringComparison.OrdinalIgnoreCase)
                || (item.Kind == (int)RecordKind.TargetGroup && item.Subject.Equals(group, StringComparison.OrdinalIgnoreCase))));
    }
}
