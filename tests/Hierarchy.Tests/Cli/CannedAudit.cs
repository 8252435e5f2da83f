using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server on which two administrators decided something, for the tests of the command line alone.</summary>
internal sealed class CannedAudit : AuditService.AuditServiceBase
{
    private static readonly Timestamp Time = new() { Seconds = 1_790_000_000, Nanos = 250_000_000 };

    /// <summary>All requests, in order.</summary>
    public List<ListAuditEntriesRequest> Requests { get; } = [];

    /// <summary>Who called, as the metadata says.</summary>
    public List<string> Callers { get; } = [];

    public override Task<ListAuditEntriesResponse> ListAuditEntries(ListAuditEntriesRequest request, ServerCallContext context)
    {
        Requests.Add(request.Clone());
        Callers.Add(System.Text.Encoding.UTF8.GetString(context.RequestHeaders.GetValueBytes("requested-by-bin") ?? []));
        var response = new ListAuditEntriesResponse { Decider = "root" };
        if (request.PageToken.Length == 0)
        {
            response.Entries.Add(Entry("approve", 1, new AuditItem { Kind = RecordKind.Approval, Subject = "An update", UpdateId = Id(6), GroupId = Id(2), Group = "Pilot", Before = "inherits", After = "install, revision 201" }));
            response.NextPageToken = "0102";
            return Task.FromResult(response);
        }

        var items = Enumerable.Range(0, 6).Select(i => new AuditItem { Kind = RecordKind.GroupAssignment, Subject = $"pc-{i}", Before = "in Pilot", After = "in Unassigned Computers" });
        var removed = Entry("groups remove", 900, new AuditItem { Kind = RecordKind.TargetGroup, Subject = "Pilot", GroupId = Id(2), Group = "Pilot", Before = "Pilot, in All Computers", After = "nothing" });
        removed.Items.Add(items);
        removed.RequestedBy = removed.Address = "";
        response.Entries.Add(removed);
        return Task.FromResult(response);
    }

    private static AuditEntryRecord Entry(string verb, int changes, AuditItem item) =>
        new() { Time = Time, Verb = verb, RequestedBy = "anna@pc", Address = "127.0.0.1", ServerId = Id(1), ServerName = "root", Changes = changes, Items = { item } };

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(0x01020304, 0x0506, 0x0708, 0, 0, 0, 0, 0, 0, 0, last).ToByteArray(bigEndian: true));
}
