using System.Xml.Linq;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>
/// GetRevisionIdList ([MS-WSUSSS] 3.1.4.5). Configuration by anchor alone. Updates by product and classification, both required: an update answers
/// the filter when one of each kind covers it, and is sent when it is newer than the anchor or when either is asked for whole (Delta=false).
/// A product family or company covers its products.
/// </summary>
internal sealed class RevisionListOperation(UpstreamState state)
{
    public void GetRevisionIdList(SoapRequest request, AnswerWriter answer)
    {
        SessionOperations.CheckCookie(state, request);
        if (request.Find("filter") is not { } filter)
            throw new SoapFaultException(SoapFaultException.InvalidParameters, "filter");
        var getConfig = Flag(SoapRequest.Child(filter, "GetConfig")?.Value);
        var anchor = Anchor.Read(SoapRequest.Child(filter, "Anchor")?.Value, "filter");
        var known = state.Known(anchor, "filter");
        var categories = Wanted(filter, "Categories");
        var classifications = Wanted(filter, "Classifications");

        var revisions = state.Library.Revisions;
        answer.Raw("""<GetRevisionIdListResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetRevisionIdListResult><Anchor>"""u8)
            .Text(state.AnchorAt(revisions.Length).ToString())
            .Raw("</Anchor>"u8);
        var list = new IdentityList(answer);
        if (getConfig)
        {
            foreach (var revision in revisions[known..])
            {
                if (revision.Summary.IsConfiguration)
                    list.Add(revision.Key);
            }
        }
        else if (categories.Count == 0 && classifications.Count == 0)
        {
            foreach (var revision in revisions[known..])
            {
                if (!revision.Summary.IsConfiguration)
                    list.Add(revision.Key);
            }
        }
        else if (categories.Count != 0 && classifications.Count != 0)
        {
            Filter(revisions, known, Covered(categories), Covered(classifications), list);
        }

        list.End();
        answer.Raw("</GetRevisionIdListResult></GetRevisionIdListResponse>"u8);
    }

    private void Filter(
        ReadOnlySpan<PublishedRevision> revisions, int known, Dictionary<Guid, bool> categories, Dictionary<Guid, bool> classifications, IdentityList list)
    {
        // Where every id asks for changes alone, nothing before the anchor can match.
        var first = categories.ContainsValue(false) || classifications.ContainsValue(false) ? 0 : known;
        var children = state.Options.ListBundledChildren ? new HashSet<RevisionKey>() : null;
        for (var i = first; i < revisions.Length; i++)
        {
            var summary = revisions[i].Summary;
            if (summary.IsConfiguration || !Matches(summary, categories, classifications, i >= known))
                continue;
            list.Add(summary.Key);
            if (children is not null)
                AddChildren(summary, children);
        }

        foreach (var child in children ?? [])
            list.Add(child);
    }

    private void AddChildren(DocumentSummary summary, HashSet<RevisionKey> children)
    {
        foreach (var key in summary.BundledUpdates)
        {
            if (state.Library.TryGet(key, out var child) && children.Add(key))
                AddChildren(child.Summary, children);
        }
    }

    private static bool Matches(DocumentSummary summary, Dictionary<Guid, bool> categories, Dictionary<Guid, bool> classifications, bool isNew)
    {
        var (isInCategory, isInClassification, whole) = (false, false, isNew);
        foreach (var id in summary.Categories)
        {
            if (categories.TryGetValue(id, out var delta))
            {
                isInCategory = true;
                whole |= !delta;
            }

            if (classifications.TryGetValue(id, out delta))
            {
                isInClassification = true;
                whole |= !delta;
            }
        }

        return isInCategory && isInClassification && whole;
    }

    private Dictionary<Guid, bool> Covered(Dictionary<Guid, bool> wanted)
    {
        var covered = new Dictionary<Guid, bool>(wanted);
        bool grown;
        do
        {
            grown = false;
            foreach (var revision in state.Library.Configuration)
            {
                foreach (var parent in revision.Summary.Categories)
                {
                    if (covered.TryGetValue(parent, out var delta))
                        grown |= covered.TryAdd(revision.Key.Id, delta);
                }
            }
        }
        while (grown);
        return covered;
    }

    private static Dictionary<Guid, bool> Wanted(XElement filter, string name)
    {
        var wanted = new Dictionary<Guid, bool>();
        foreach (var item in SoapRequest.Child(filter, name)?.Elements() ?? [])
        {
            if (!Guid.TryParse(SoapRequest.Child(item, "Id")?.Value, out var id))
                throw new SoapFaultException(SoapFaultException.InvalidParameters, "filter");
            wanted[id] = Flag(SoapRequest.Child(item, "Delta")?.Value);
        }

        return wanted;
    }

    private static bool Flag(string? text) => text?.Trim() is "true" or "1";

    private sealed class IdentityList(AnswerWriter answer)
    {
        private bool _begun;

        public void Add(RevisionKey key)
        {
            if (!_begun)
                answer.Raw("<NewRevisions>"u8);
            _begun = true;
            answer.Raw("<UpdateIdentity><UpdateID>"u8).Id(key.Id).Raw("</UpdateID><RevisionNumber>"u8).Number(key.Revision).Raw("</RevisionNumber></UpdateIdentity>"u8);
        }

        public void End() => answer.Raw(_begun ? "</NewRevisions>"u8 : "<NewRevisions />"u8);
    }
}
