using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>Reads the answer of GetDeployments ([MS-WSUSSS] 3.1.4.10): what an upstream's administrators decided.</summary>
internal static class DecisionAnswers
{
    private const int MaxAdminName = 385;
    private const int MaxGroupName = 256;

    public static UpstreamDeployments ReadDeployments(SoapReader reader)
    {
        UpstreamAnswers.Result(reader, "GetDeploymentsResult");
        var answer = new UpstreamDeployments();
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            answer = reader.Name switch
            {
                "Anchor" => answer with { Anchor = UpstreamAnswers.NullWhenEmpty(reader.ReadText().Trim()) },
                "Groups" => answer with { Groups = UpstreamAnswers.ReadList(reader, ReadGroup) },
                "Deployments" => answer with { Deployments = UpstreamAnswers.ReadList(reader, ReadDeployment) },
                "DeadDeployments" => answer with { DeadDeployments = UpstreamAnswers.ReadGuids(reader) },
                "HiddenUpdates" => answer with { HiddenUpdates = UpstreamAnswers.ReadGuids(reader) },
                "AcceptedEulas" => answer with { AcceptedEulas = UpstreamAnswers.ReadGuids(reader) },
                _ => UpstreamAnswers.PassOver(reader, answer),
            };
        }

        return answer;
    }

    private static UpstreamTargetGroup ReadGroup(SoapReader reader)
    {
        Guid? id = null, parent = null;
        var (name, isBuiltin) = ("", false);
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "TargetGroupID":
                    id = reader.ReadGuid();
                    break;
                case "ParentGroupId" or "ParentGroupID":
                    parent = reader.ReadGuid() is var read && read != Guid.Empty ? read : null;
                    break;
                case "Name":
                    name = Limited(reader.ReadText(), MaxGroupName);
                    break;
                case "IsBuiltin":
                    isBuiltin = reader.ReadBoolean();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new UpstreamTargetGroup(id ?? throw new IntegrityException("a target group has no TargetGroupID"), parent, name, isBuiltin);
    }

    private static UpstreamDeployment ReadDeployment(SoapReader reader)
    {
        Guid? id = null, update = null, group = null;
        int? number = null, action = null;
        DateTimeOffset? deadline = null, goLive = null;
        var (admin, isAssigned, priority) = ("", false, 0);
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "DeploymentGuid":
                    id = reader.ReadGuid();
                    break;
                case "UpdateId":
                    update = reader.ReadGuid();
                    break;
                case "RevisionNumber":
                    number = reader.ReadInt();
                    break;
                case "TargetGroupId":
                    group = reader.ReadGuid();
                    break;
                case "Action":
                    action = reader.ReadInt();
                    break;
                case "AdminName":
                    admin = Limited(reader.ReadText(), MaxAdminName);
                    break;
                case "Deadline":
                    deadline = reader.ReadTime();
                    break;
                case "GoLiveTime":
                    goLive = reader.ReadTime();
                    break;
                case "IsAssigned":
                    isAssigned = reader.ReadBoolean();
                    break;
                case "DownloadPriority":
                    priority = reader.ReadInt();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (id is null || update is null || group is null || number is null || action is null)
            throw new IntegrityException($"a deployment lacks its id, update, revision, group or action (`{id}`, `{update}`, `{number}`, `{group}`, `{action}`)");
        return new UpstreamDeployment
        {
            Id = id.Value,
            Revision = new RevisionId(update.Value, number.Value),
            TargetGroupId = group.Value,
            Action = (DeploymentAction)action.Value,
            AdminName = admin,
            Deadline = deadline,
            GoLiveTime = goLive,
            IsAssigned = isAssigned,
            DownloadPriority = priority,
        };
    }

    private static string Limited(string text, int most) => text.Trim() is var trimmed && trimmed.Length > most ? trimmed[..most] : trimmed;
}
