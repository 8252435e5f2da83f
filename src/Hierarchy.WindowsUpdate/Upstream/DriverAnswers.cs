using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>Reads the answers of GetDriverIdList and GetDriverSetData ([MS-WSUSSS] 3.1.4.7 and 3.1.4.8).</summary>
internal static class DriverAnswers
{
    public static DriverIdList ReadDriverIdList(SoapReader reader)
    {
        UpstreamAnswers.Result(reader, "GetDriverIdListResult");
        string? anchor = null;
        IReadOnlyList<RevisionId> revisions = [];
        IReadOnlyList<Guid> sets = [], removed = [];
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "Anchor":
                    anchor = UpstreamAnswers.NullWhenEmpty(reader.ReadText().Trim());
                    break;
                case "NewRevisions":
                    revisions = UpstreamAnswers.ReadIdentities(reader);
                    break;
                case "NewDriverSets":
                    sets = UpstreamAnswers.ReadGuids(reader);
                    break;
                case "RemovedDriverSets":
                    removed = UpstreamAnswers.ReadGuids(reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new DriverIdList(anchor, revisions, sets, removed);
    }

    public static IReadOnlyList<DriverSet> ReadDriverSets(SoapReader reader)
    {
        UpstreamAnswers.Result(reader, "GetDriverSetDataResult");
        return reader.MoveToChild("DriverSets") ? UpstreamAnswers.ReadList(reader, ReadDriverSet) : [];
    }

    private static DriverSet ReadDriverSet(SoapReader reader)
    {
        Guid? id = null;
        var xml = "";
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "DriverSetId") id = reader.ReadGuid();
            else if (reader.Name == "DriverSetXml") xml = reader.ReadText();
            else reader.Skip();
        }

        return new DriverSet(id ?? throw new IntegrityException("a driver set has no DriverSetId"), xml);
    }
}
