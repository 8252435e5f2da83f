namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>
/// GetDeployments ([MS-WSUSSS] 3.1.4.10): groups, declines and licences whole, approvals as changes. What was approved before the presented
/// anchor of the catalog is told; an approval of a revision that the replica has not heard of waits for its next call.
/// </summary>
internal sealed class DecisionOperations(UpstreamState state)
{
    private static readonly DateTimeOffset Never = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    public void GetDeployments(SoapRequest request, AnswerWriter answer)
    {
        SessionOperations.CheckCookie(state, request);
        var known = state.KnownDecisions(Anchor.Read(request.Text("deploymentAnchor")?.Trim(), "deploymentAnchor"), "deploymentAnchor");
        var sync = Anchor.Read(request.Text("syncAnchor")?.Trim(), "syncAnchor") ?? throw new SoapFaultException(SoapFaultException.InvalidParameters, "syncAnchor");
        var revisions = state.Library.Revisions[..state.Known(sync, "syncAnchor")];
        if (!state.Decisions.TrySince(known, out var changes))
            throw new SoapFaultException(SoapFaultException.InvalidParameters, "deploymentAnchor");

        var heard = new HashSet<Documents.RevisionKey>();
        foreach (var revision in revisions) heard.Add(revision.Key);
        var number = changes.Approvals.All(approval => heard.Contains(approval.Revision)) ? changes.Number : known;
        answer.Raw("""<GetDeploymentsResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetDeploymentsResult><Anchor>"""u8)
            .Text(state.DecisionAnchorAt(number).ToString())
            .Raw("</Anchor><Groups>"u8);
        foreach (var group in changes.Groups)
        {
            answer.Raw("<ServerSyncTargetGroup><TargetGroupID>"u8).Id(group.Id)
                .Raw("</TargetGroupID><ParentGroupId>"u8).Id(group.ParentId ?? Guid.Empty)
                .Raw("</ParentGroupId><Name>"u8).Text(group.Name)
                .Raw("</Name><IsBuiltin>"u8).Boolean(group.IsBuiltin)
                .Raw("</IsBuiltin></ServerSyncTargetGroup>"u8);
        }

        answer.Raw("</Groups><Deployments>"u8);
        foreach (var approval in changes.Approvals.Where(approval => heard.Contains(approval.Revision)))
        {
            answer.Raw("<ServerSyncDeployment><UpdateId>"u8).Id(approval.Revision.Id)
                .Raw("</UpdateId><RevisionNumber>"u8).Number(approval.Revision.Revision)
                .Raw("</RevisionNumber><Action>"u8).Number(approval.Action)
                .Raw("</Action><AdminName>"u8).Text(approval.AdminName)
                .Raw("</AdminName><Deadline>"u8).Time(approval.Deadline ?? Never)
                .Raw("</Deadline><IsAssigned>true</IsAssigned><GoLiveTime>"u8).Time(approval.GoLiveTime)
                .Raw("</GoLiveTime><DeploymentGuid>"u8).Id(approval.Id)
                .Raw("</DeploymentGuid><TargetGroupId>"u8).Id(approval.GroupId)
                .Raw("</TargetGroupId><DownloadPriority>1</DownloadPriority></ServerSyncDeployment>"u8);
        }

        answer.Raw("</Deployments>"u8);
        Guids(answer, "DeadDeployments"u8, changes.Dead);
        Guids(answer, "HiddenUpdates"u8, changes.Hidden);
        Guids(answer, "AcceptedEulas"u8, changes.Eulas);
        answer.Raw("</GetDeploymentsResult></GetDeploymentsResponse>"u8);
    }

    internal static void Guids(AnswerWriter answer, ReadOnlySpan<byte> name, IReadOnlyList<Guid> ids)
    {
        if (ids.Count == 0)
        {
            answer.Raw("<"u8).Raw(name).Raw(" />"u8);
            return;
        }

        answer.Raw("<"u8).Raw(name).Raw(">"u8);
        foreach (var id in ids) answer.Raw("<guid>"u8).Id(id).Raw("</guid>"u8);
        answer.Raw("</"u8).Raw(name).Raw(">"u8);
    }
}
