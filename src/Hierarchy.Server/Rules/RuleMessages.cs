using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Wire;
using Contract = Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Server.Rules;

/// <summary>Rules as the contract tells them: with the names of what they name by id.</summary>
internal static class RuleMessages
{
    public static Contract.ApprovalRule Describe(ServedView view, ApprovalRule rule)
    {
        var record = RuleRecords.Message(rule);
        var described = new Contract.ApprovalRule { Record = record };
        described.Classifications.Add(record.ClassificationIds.Select(id => TitleOf(view, Positions.Id(id, "classification"))));
        described.Products.Add(record.ProductIds.Select(id => TitleOf(view, Positions.Id(id, "product"))));
        described.Groups.Add(record.GroupIds.Select(id => GroupOf(view, Positions.Id(id, "group"))));
        return described;
    }

    /// <summary>A group's name; its id where it is there no more.</summary>
    public static string GroupOf(ServedView view, Guid id) => view.Groups.Find(id)?.Name ?? id.ToString("D");

    private static string TitleOf(ServedView view, Guid id) => view.Updates.GetValueOrDefault(id)?.Latest?.Title ?? id.ToString("D");
}
