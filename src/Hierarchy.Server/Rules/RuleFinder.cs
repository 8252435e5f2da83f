using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.View;
using Hierarchy.Server.Api.Admin;

namespace Hierarchy.Server.Rules;

/// <summary>Rules by their names.</summary>
internal static class RuleFinder
{
    /// <summary>The approval rule of that name, whatever the letter case.</summary>
    public static ApprovalRule Approval(ServedView view, string name) =>
        view.AutomaticApprovals.Values.FirstOrDefault(rule => IsSame(rule.Name, name)) ?? throw Refusal.NotFound($"There is no approval rule '{name.Trim()}'. `hierarchy rules list` lists them.");

    /// <summary>The decline rule of that name, whatever the letter case.</summary>
    public static DeclineRule Decline(ServedView view, string name) =>
        view.AutomaticDeclines.Values.FirstOrDefault(rule => IsSame(rule.Name, name)) ?? throw Refusal.NotFound($"There is no decline rule '{name.Trim()}'. `hierarchy rules declines list` lists them.");

    /// <summary>A name that a rule may have, trimmed.</summary>
    public static string Checked(string name)
    {
        name = name.Trim();
        return name.Length is > 0 and <= ApprovalRule.MaxTextLength && !name.Any(char.IsControl) ? name
            : throw Refusal.Invalid($"A rule's name has 1 to {ApprovalRule.MaxTextLength} characters, on one line.");
    }

    /// <summary>Refuses a name that another rule has.</summary>
    public static void RequireFree(IEnumerable<(Guid Id, string Name)> rules, Guid own, string name)
    {
        if (rules.FirstOrDefault(rule => rule.Id != own && IsSame(rule.Name, name)) is { Name: { } known }) throw Refusal.Exists($"There is a rule '{known}' already.");
    }

    /// <summary>Why no rule runs at this server; empty where it decides.</summary>
    public static string WhyNot(DecisionDesk desk)
    {
        try
        {
            desk.RequireOwnDecisions();
            return "";
        }
        catch (Grpc.Core.RpcException refusal)
        {
            return refusal.Status.Detail;
        }
    }

    private static bool IsSame(string one, string other) => string.Equals(one, other.Trim(), StringComparison.OrdinalIgnoreCase);
}
