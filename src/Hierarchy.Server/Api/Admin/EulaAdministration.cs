using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Licences: which there are, what they say, and accepting them for everyone.</summary>
internal sealed class EulaAdministration(DecisionDesk desk, ServedLogs logs, EulaText texts)
{
    private const int MostUpdates = 100;
    private const int ShortestPrefix = 4;

    public async Task<ListEulasResponse> ListAsync(ListEulasRequest request, CancellationToken cancellationToken)
    {
        var view = desk.View;
        if (request.WithText && request.Update.Length == 0) throw Refusal.Invalid("Texts are shown of one update's licences: name the update.");
        var licensed = request.Update.Length == 0 ? AllOf(view) : Eulas.LicensedOf(view, UpdateFinder.Find(view, request.Update).Latest!); // Found updates have a revision.
        var response = new ListEulasResponse();
        foreach (var same in licensed.GroupBy(entry => entry.EulaId!.Value).OrderBy(same => same.Key)) // Licensed ones have an id.
        {
            if (request.NotAcceptedOnly && view.AcceptedEulas.Contains(same.Key)) continue;
            var eula = await DescribeAsync(same.Key, [.. same], cancellationToken);
            response.Eulas.Add(eula);
            if (request.WithText) (eula.Text, eula.TextLanguage, eula.TextMissing) = await texts.ReadAsync(FilesOf(same), request.Language.Trim(), cancellationToken);
        }

        return response;
    }

    public async Task<AcceptEulasResponse> AcceptAsync(AcceptEulasRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        if (request.Eulas.Count == 0 && request.Update.Length == 0) throw Refusal.Invalid("Name licences, or an update whose licences are to be accepted. `hierarchy eulas list` lists them.");
        var outcome = await desk.DecideAsync<(Guid[] Meant, int Changed)>(
            new DecisionIntent("eulas accept", request.RequestedBy) { IsWhatIf = request.WhatIf },
            view =>
            {
                HashSet<Guid> known = request.Eulas.Count == 0 ? [] : AllOf(view).Select(entry => entry.EulaId!.Value).ToHashSet();
                var named = request.Eulas.Select(text => Find(known, text.Trim()));
                if (request.Update.Length > 0) named = named.Concat(Eulas.LicensedOf(view, UpdateFinder.Find(view, request.Update).Latest!).Select(entry => entry.EulaId!.Value));
                Guid[] meant = [.. named.Distinct().Order()];
                if (meant.Length == 0) throw Refusal.NotFound($"Update '{request.Update}' has no licence: there is nothing to accept.");
                var fresh = meant.Where(id => !view.AcceptedEulas.Contains(id)).ToArray();
                return ((meant, fresh.Length), [.. fresh.Select(id => CatalogRecords.Eula(id, desk.Now, request.RequestedBy))]);
            },
            cancellationToken);
        var response = new AcceptEulasResponse { Position = outcome.Position?.ToProto(), Changed = outcome.Result.Changed, Effects = outcome.Effects };
        response.EulaIds.Add(outcome.Result.Meant.Select(Positions.Id));
        return response;
    }

    /// <summary>Licences of latest revisions that are not withdrawn.</summary>
    private static IEnumerable<CatalogEntry> AllOf(ServedView view) =>
        view.Updates.Values.Where(update => update.Latest is { EulaId: not null, PublicationState: PublicationState.Published }).Select(update => update.Latest!); // The filter says so.

    private static CatalogFile[] FilesOf(IEnumerable<CatalogEntry> licensed) => [.. licensed.SelectMany(entry => entry.EulaFiles).DistinctBy(file => new Sha1Digest(file.Sha1.Span))];

    private static Guid Find(HashSet<Guid> known, string text)
    {
        if (Guid.TryParse(text, out var id))
            return known.Contains(id) ? id : throw Refusal.NotFound($"No update has the licence {text}. `hierarchy eulas list` lists them.");
        if (text.Length < ShortestPrefix) throw Refusal.Invalid($"'{text}' is too short: give at least {ShortestPrefix} characters of the licence's id.");
        var found = known.Where(each => each.ToString("D").StartsWith(text, StringComparison.OrdinalIgnoreCase)).Order().Take(2).ToArray();
        return found.Length switch
        {
            1 => found[0],
            0 => throw Refusal.NotFound($"No update has a licence whose id begins with '{text}'. `hierarchy eulas list` lists them."),
            _ => throw Refusal.Invalid($"'{text}' means several licences, e.g. {found[0]:D} and {found[1]:D}: give the whole id."),
        };
    }

    private async Task<Eula> DescribeAsync(Guid id, IReadOnlyList<CatalogEntry> licensed, CancellationToken cancellationToken)
    {
        var eula = new Eula { EulaId = Positions.Id(id) };
        eula.Updates.Add(licensed.DistinctBy(entry => entry.Id.UpdateId).OrderBy(entry => entry.Title, StringComparer.OrdinalIgnoreCase).Take(MostUpdates)
            .Select(entry => new EulaUpdate { UpdateId = Positions.Id(entry.Id.UpdateId), Title = entry.Title }));
        eula.Languages.Add(FilesOf(licensed).SelectMany(file => file.Languages).Distinct().Order(StringComparer.Ordinal));
        var record = await logs.Of((int)RecordKind.EulaAcceptance).FindAsync((int)RecordKind.EulaAcceptance, id.ToByteArray(bigEndian: true), cancellationToken);
        if (record?.Payload is not { } payload) return eula;
        var accepted = EulaAcceptanceRecord.Parser.ParseFrom(payload.Span);
        (eula.Accepted, eula.AcceptedAt, eula.AcceptedBy) = (true, accepted.AcceptedAt, accepted.AcceptedBy);
        return eula;
    }
}
