using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>Rules for people.</summary>
internal static class RuleText
{
    /// <summary>One rule, a line for each thing that it says.</summary>
    public static void Write(IAnsiConsole console, RuleBody rule) => console.Write(Output.Facts(
        ("Rule", $"{rule.Name} ({rule.RuleId})"),
        ("Place", Human.Count(rule.Order)),
        ("State", rule.On ? "on: it looks at what synchronizations bring" : "off: it runs only when somebody says so"),
        ("Classifications", Any(rule.Classifications)),
        ("Products", Any(rule.Products)),
        ("Title", rule.TitlePattern ?? "any"),
        ("Groups", string.Join(", ", rule.Groups.Select(group => group.Name))),
        ("Action", rule.Action.Replace('_', ' ')),
        ("Deadline", Deadline(rule))));

    /// <summary>Names, or any.</summary>
    public static string Any(IReadOnlyList<NamedBody> named) => named.Count == 0 ? "any" : string.Join(", ", named.Select(each => each.Name));

    /// <summary>The deadline in words; null for none.</summary>
    public static string? Deadline(RuleBody rule) => rule.Deadline is null ? null : $"{rule.Deadline} {(rule.DeadlineIsFloating ? "by each computer's clock" : "UTC")}";

    /// <summary>A reason in words.</summary>
    public static string Reason(string reason) => reason switch
    {
        "already_decided" => "decided for the group already",
        "group_gone" => "the group is there no more",
        "declined" => "declined",
        "expired" => "withdrawn by the publisher",
        "eula_not_accepted" => "the licence is not accepted",
        "deadline_with_user_input" => "may ask the user something, so it takes no deadline",
        "opposite_of_dependency" => "what it needs or brings is to be removed there",
        "decline" => "declined",
        "too_young" => "not here long enough",
        "needed" => "needed by a computer",
        "not_replaced" => "what replaces it is not approved wherever it is approved",
        "being_uninstalled" => "to be uninstalled somewhere",
        "bundled" => "another update brings it",
        _ => "refused",
    };
}
