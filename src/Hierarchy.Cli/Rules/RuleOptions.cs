using System.CommandLine;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Rules;

/// <summary>What is said of an approval rule, the same when it is made and when it is changed.</summary>
internal sealed class RuleOptions
{
    private static readonly Dictionary<string, ApprovalAction> Actions = new() { ["install"] = ApprovalAction.Install, ["optional-install"] = ApprovalAction.OptionalInstall };

    private readonly Option<string[]> classification = Many("--classification", "CLASSIFICATION", "Only updates of one of these: titles, parts of titles that only one has, or ids.");
    private readonly Option<string[]> product = Many("--product", "PRODUCT", "Only updates of one of these products; a family or company stands for all below it.");
    private readonly Option<string?> title = new("--title") { Description = "Only titles that look so from end to end: * for any text, ? for one character.", HelpName = "PATTERN" };
    private readonly Option<string[]> group = Many("--group", "GROUP", "Groups that it approves for.");
    private readonly Option<string?> action = new("--action") { Description = "install (the default) or optional-install: offered, never installed by itself.", HelpName = "ACTION" };
    private readonly Option<string?> deadline = new("--deadline") { Description = "Install so many days after the approval at a time of day (UTC), even without the user.", HelpName = "+7d@03:00" };
    private readonly Option<bool> floating = new("--floating") { Description = "The time of day is by the clock on each computer's wall." };
    private readonly Option<int?> order = new("--order") { Description = "Its place among the rules, from 1; those behind it move back.", HelpName = "N" };
    private readonly Option<bool> on = new("--on") { Description = "It looks at what synchronizations bring." };
    private readonly Option<bool> off = new("--off") { Description = "It runs only when somebody says so: rules run NAME." };
    private readonly Option<bool>? anyClassification;
    private readonly Option<bool>? anyProduct;
    private readonly Option<bool>? anyTitle;
    private readonly Option<bool>? noDeadline;
    private readonly Option<string?>? name;

    /// <summary>Adds them to a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="isChange">There is a rule already, of which something can be taken away.</param>
    public RuleOptions(Command verb, bool isChange)
    {
        action.AcceptOnlyFromAmong([.. Actions.Keys]);
        var options = new List<System.CommandLine.Option> { classification, product, title, group, action, deadline, floating, order, on, off };
        if (isChange)
        {
            name = new Option<string?>("--name") { Description = "Call it so.", HelpName = "NAME" };
            anyClassification = new Option<bool>("--any-classification") { Description = "Updates of any classification." };
            anyProduct = new Option<bool>("--any-product") { Description = "Updates of any product." };
            anyTitle = new Option<bool>("--any-title") { Description = "Updates of any title." };
            noDeadline = new Option<bool>("--no-deadline") { Description = "What it approves has no deadline." };
            options.AddRange([name, anyClassification, anyProduct, anyTitle, noDeadline]);
        }

        foreach (var option in options) verb.Add(option);
        verb.Validators.Add(result =>
        {
            if (result.Errors.Any()) return;
            if (result.GetValue(deadline) is { } text && RuleDeadlineText.Parse(text, floating: false) is null) result.AddError($"'{text}' is no deadline of a rule. {RuleDeadlineText.Accepted}");
            if (result.GetValue(floating) && result.GetValue(deadline) is null) result.AddError("--floating says of --deadline by which clock it is: give a deadline too.");
            if (result.GetValue(on) && result.GetValue(off)) result.AddError("A rule is on or off, not both.");
            if (result.GetResult(order) is not null && result.GetValue(order) is not >= 1) result.AddError("--order takes a place from 1.");
            if (!isChange && result.GetValue(group) is not { Length: > 0 }) result.AddError("Say for which groups it approves: --group NAME.");
            if (!isChange) return;
            Refuse(anyClassification, classification);
            Refuse(anyProduct, product);
            Refuse(anyTitle, title);
            Refuse(noDeadline, deadline);
            if (options.All(option => result.GetResult(option) is null or { Implicit: true })) result.AddError("Say what to change.");

            void Refuse(Option<bool>? any, System.CommandLine.Option some)
            {
                if (any is not null && result.GetValue(any) && result.GetResult(some) is { Implicit: false }) result.AddError($"{any.Name} and {some.Name} contradict each other.");
            }
        });
    }

    /// <summary>What was said.</summary>
    public ApprovalRuleSettings Read(ParseResult arguments)
    {
        var settings = new ApprovalRuleSettings { Classifications = Names(classification, anyClassification), Products = Names(product, anyProduct), Groups = Names(group, any: null) };
        if (name is not null && arguments.GetValue(name) is { } newName) settings.Name = newName;
        if (arguments.GetValue(on)) settings.On = true;
        if (arguments.GetValue(off)) settings.On = false;
        if (arguments.GetValue(order) is { } place) settings.Order = place;
        if (Said(anyTitle)) settings.TitlePattern = "";
        else if (arguments.GetValue(title) is { } pattern) settings.TitlePattern = pattern;
        if (arguments.GetValue(action) is { } what) settings.Action = Actions[what];
        if (arguments.GetValue(deadline) is { } text) settings.Deadline = RuleDeadlineText.Parse(text, arguments.GetValue(floating));
        settings.WithoutDeadline = Said(noDeadline);
        return settings;

        bool Said(Option<bool>? option) => option is not null && arguments.GetValue(option);

        RuleNames? Names(Option<string[]> some, Option<bool>? any)
        {
            var given = arguments.GetValue(some) ?? [];
            if (given.Length == 0 && !Said(any)) return null;
            var names = new RuleNames();
            names.Names.Add(given);
            return names;
        }
    }

    private static Option<string[]> Many(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName, AllowMultipleArgumentsPerToken = true };
}
