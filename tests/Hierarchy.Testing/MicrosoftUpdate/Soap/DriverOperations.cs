using System.Xml.Linq;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>
/// GetDriverIdList and GetDriverSetData ([MS-WSUSSS] 3.1.4.7 and 3.1.4.8). The limits that GetConfigData states hold, and as the captured
/// server states 0, naming anything is InvalidParameters unless a test raises them.
/// </summary>
internal sealed class DriverOperations(UpstreamState state)
{
    public void GetDriverIdList(SoapRequest request, AnswerWriter answer)
    {
        SessionOperations.CheckCookie(state, request);
        var filter = request.Find("filter") ?? throw new SoapFaultException(SoapFaultException.InvalidParameters, "filter");
        var known = state.Known(Anchor.Read(SoapRequest.Child(filter, "Anchor")?.Value.Trim(), "filter"), "filter");
        var categories = Wanted(filter, "Categories", int.MaxValue);
        var computers = Wanted(filter, "ComputerIds", state.Options.MaxComputerIdsPerRequest);
        var devices = Wanted(filter, "PnpHardwareIds", state.Options.MaxHardwareIdsPerRequest);

        var revisions = state.Library.Revisions;
        var drivers = new List<RevisionKey>();
        for (var i = 0; i < revisions.Length; i++)
        {
            var summary = revisions[i].Summary;
            var isNew = i >= known;
            if (summary.UpdateType != "Driver") continue;
            if (!summary.HardwareIds.Any(id => devices.TryGetValue(id, out var isDelta) && (isNew || !isDelta))) continue;
            if (categories.Count == 0 || summary.Categories.Any(id => categories.TryGetValue(id.ToString(), out var isDelta) && (isNew || !isDelta))) drivers.Add(summary.Key);
        }

        var (sets, removed) = state.DriverSets.Since(known);
        var wholly = state.DriverSets.Living().Where(set => set.ComputerIds.Any(id => computers.TryGetValue(id.ToString(), out var isDelta) && !isDelta));
        var matching = sets.Where(set => set.ComputerIds.Any(id => computers.ContainsKey(id.ToString()))).Union(wholly).ToList();
        answer.Raw("""<GetDriverIdListResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetDriverIdListResult><Anchor>"""u8)
            .Text(state.AnchorAt(revisions.Length).ToString())
            .Raw("</Anchor><NewRevisions>"u8);
        foreach (var key in drivers.Concat(matching.SelectMany(set => set.Drivers)).Distinct())
            answer.Raw("<UpdateIdentity><UpdateID>"u8).Id(key.Id).Raw("</UpdateID><RevisionNumber>"u8).Number(key.Revision).Raw("</RevisionNumber></UpdateIdentity>"u8);
        answer.Raw("</NewRevisions>"u8);
        DecisionOperations.Guids(answer, "NewDriverSets"u8, [.. matching.Select(set => set.Id)]);
        DecisionOperations.Guids(answer, "RemovedDriverSets"u8, known == 0 ? [] : [.. removed.Where(set => set.ComputerIds.Any(id => computers.ContainsKey(id.ToString()))).Select(set => set.Id)]);
        answer.Raw("</GetDriverIdListResult></GetDriverIdListResponse>"u8);
    }

    public void GetDriverSetData(SoapRequest request, AnswerWriter answer)
    {
        SessionOperations.CheckCookie(state, request);
        var wanted = request.Guids("driverSets");
        if (wanted.Count > state.Options.MaxDriverSetsPerRequest)
            throw new SoapFaultException("TooManyIds", "driverSets");
        answer.Raw("""<GetDriverSetDataResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetDriverSetDataResult><DriverSets>"""u8);
        foreach (var set in state.DriverSets.Living().Where(set => wanted.Contains(set.Id)))
        {
            answer.Raw("<ServerSyncDriverSetData><DriverSetId>"u8).Id(set.Id)
                .Raw("</DriverSetId><DriverSetXml>"u8).Text(set.Xml)
                .Raw("</DriverSetXml></ServerSyncDriverSetData>"u8);
        }

        answer.Raw("</DriverSets></GetDriverSetDataResult></GetDriverSetDataResponse>"u8);
    }

    private static Dictionary<string, bool> Wanted(XElement filter, string name, int most)
    {
        var wanted = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in SoapRequest.Child(filter, name)?.Elements() ?? [])
            wanted[SoapRequest.Child(item, "Id")?.Value.Trim() ?? ""] = SoapRequest.Child(item, "Delta")?.Value.Trim() is "true" or "1";
        return wanted.Count <= most ? wanted : throw new SoapFaultException(SoapFaultException.InvalidParameters, name);
    }
}
