using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Search;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Looking at the catalog.</summary>
internal sealed class UpdateAdministration(DecisionDesk desk, ServedLogs logs, IReportStore reports, UpdateSearch search)
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;

    public async Task<ListUpdatesResponse> ListAsync(ListUpdatesRequest request, CancellationToken cancellationToken)
    {
        if (request.PageSize is < 0 or > MaxPage) throw Refusal.Invalid($"A page has 1 to {MaxPage} updates.");
        if (!System.Enum.IsDefined(request.Order)) throw Refusal.Invalid("Updates are listed by title, by arrival, or by how many computers need them.");
        var view = desk.View;
        var query = SearchRequests.Read(view, request);
        var after = request.PageToken.Length == 0 ? null : PagePlace.Read(request.PageToken, request.Order);
        var states = request.States.Select(state => (UpdateState)(int)state).ToArray();
        var page = await search.FindAsync(view, query, states, request.Order, after, request.PageSize == 0 ? DefaultPage : request.PageSize, cancellationToken);
        var response = new ListUpdatesResponse { Total = page.Total, NextPageToken = page.Next?.Token ?? "" };
        foreach (var update in page.Updates)
            response.Updates.Add(await DescribeAsync(view, update, cancellationToken));
        await CountAsync(response.Updates, cancellationToken);
        return response;
    }

    public async Task<GetUpdateResponse> GetAsync(GetUpdateRequest request, CancellationToken cancellationToken)
    {
        var view = desk.View;
        var update = UpdateFinder.Find(view, request.Update);
        var latest = update.Latest!; // Found updates have a revision.
        var document = RevisionRecords.ReadDocument(await PayloadOfAsync(latest, cancellationToken));
        var response = new GetUpdateResponse
        {
            Update = await DescribeAsync(view, update, cancellationToken),
            DocumentSha256 = ByteString.CopyFrom(latest.DocumentDigest.Span),
            Document = document,
        };
        response.Update.Supersedence = SupersedenceWords.Describe(view, update.UpdateId);
        await CountAsync([response.Update], cancellationToken);
        foreach (var text in UpdateDocument.ReadWithoutRules(document).Texts)
            response.Texts.Add(new Protocol.Admin.V1.LocalizedText { Language = text.Language, Title = text.Title, Description = text.Description });
        return response;
    }

    /// <summary>An update as administrators see it, with its approvals as they stand in the log.</summary>
    public async Task<Update> DescribeAsync(ServedView view, UpdateEntry update, CancellationToken cancellationToken)
    {
        // Callers pass updates with a revision.
        var described = new Update
        {
            Head = RevisionRecords.ReadHead(await PayloadOfAsync(update.Latest!, cancellationToken)),
            Declined = update.IsDeclined,
            Supersedence = SupersedenceWords.StateOf(view, update.UpdateId),
        };
        foreach (var approval in update.Approvals)
        {
            var record = await logs.Of((int)RecordKind.Approval).FindAsync((int)RecordKind.Approval, CatalogRecords.ApprovalKey(approval.UpdateId, approval.GroupId), cancellationToken);
            if (record?.Payload is not { } payload) continue;
            var group = view.Groups.Find(approval.GroupId)?.Name ?? approval.GroupId.ToString("D");
            described.Approvals.Add(new Approval { Group = group, Record = ApprovalRecord.Parser.ParseFrom(payload.Span) });
        }

        return described;
    }

    // All of a page at once: a look-up in what is counted already.
    private async Task CountAsync(IReadOnlyCollection<Update> updates, CancellationToken cancellationToken)
    {
        var byId = updates.ToDictionary(update => Positions.Id(update.Head.UpdateId, "update"));
        foreach (var count in await reports.CountAsync(byId.Keys, cancellationToken))
        {
            var states = byId[count.UpdateId].States;
            states[(int)count.State] = states.GetValueOrDefault((int)count.State) + count.Count;
        }
    }

    private async Task<ReadOnlyMemory<byte>> PayloadOfAsync(CatalogEntry entry, CancellationToken cancellationToken)
    {
        var record = await logs.Of((int)RecordKind.Revision).FindAsync((int)RecordKind.Revision, entry.Id.ToKey(), cancellationToken);
        return record?.Payload ?? throw new UnavailableException($"Update {entry.Id} left the catalog at this moment; ask again.");
    }
}
