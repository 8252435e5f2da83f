using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Auditing;

/// <summary>Rules in words, for the record of who changed them.</summary>
internal static class RuleWords
{
    private const string Nothing = "nothing";
    private const int MostNamed = 20;

    public static string Of(ServedView view, ApprovalRule? rule) => rule is null
        ? Nothing
        : $"{(rule.IsOn ? "on" : "off")}, place {rule.Order}: {(rule.Action == ApprovalAction.OptionalInstall ? "optional install" : "install")} for {Names(rule.Groups, id => view.Groups.Find(id)?.Name)}"
            + $"{Part("classification", rule.Classifications, view)}{Part("product", rule.Products, view)}{(rule.Title.Length > 0 ? $", title {rule.Title}" : "")}"
            + (rule.Deadline is { } deadline ? $", by {deadline.Days} days later at {deadline.TimeOfDay:HH\\:mm}{(deadline.IsFloating ? " on each computer's wall" : " UTC")}" : "");

    public static string Of(DeclineRule? rule) => rule is null
        ? Nothing
        : $"{(rule.IsOn ? "on" : "off")}, older than {rule.OlderThanDays} days{(rule.EvenIfNeeded ? ", even if needed" : "")}{(rule.EvenIfNotReplaced ? ", even if not replaced" : "")}";

    public static string Of(RuleProgress? progress) => progress is null ? Nothing : $"as far as {progress.Position}";

    private static string Part(string name, IReadOnlyList<Guid> ids, ServedView view) => ids.Count == 0 ? "" : $", {name} {Names(ids, id => view.Updates.GetValueOrDefault(id)?.Latest?.Title)}";

    private static string Names(IReadOnlyList<Guid> ids, Func<Guid, string?> nameOf) =>
        string.Join(", ", ids.Take(MostNamed).Select(id => nameOf(id) ?? id.ToString("D"))) + (ids.Count > MostNamed ? $" and {ids.Count - MostNamed} more" : "");
}
