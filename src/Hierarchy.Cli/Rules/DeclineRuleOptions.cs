using System.CommandLine;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Rules;

/// <summary>What is said of a decline rule, the same when it is made and when it is changed.</summary>
internal sealed class DeclineRuleOptions
{
    private const int MaxDays = 3650;

    private readonly Option<string?> older = new("--older-than") { Description = "Only what has been here for so long, in days; 30d where it is not said.", HelpName = "30d" };
    private readonly Option<string?> needed = new("--even-if-needed") { Description = "Also what a computer needs, has downloaded, or failed to install; off where it is not said.", HelpName = "on|off" };
    private readonly Option<string?> replaced = new("--even-if-not-replaced") { Description = "Also where what replaces it is not approved; off where it is not said.", HelpName = "on|off" };
    private readonly Option<bool> on = new("--on") { Description = "It runs after each synchronization." };
    private readonly Option<bool> off = new("--off") { Description = "It runs only when somebody says so: rules declines run NAME." };
    private readonly Option<string?>? name;

    /// <summary>Adds them to a verb.</summary>
    public DeclineRuleOptions(Command verb, bool isChange)
    {
        needed.AcceptOnlyFromAmong("on", "off");
        replaced.AcceptOnlyFromAmong("on", "off");
        var options = new List<System.CommandLine.Option> { older, needed, replaced, on, off };
        if (isChange) options.Add(name = new Option<string?>("--name") { Description = "Call it so.", HelpName = "NAME" });
        foreach (var option in options) verb.Add(option);
        verb.Validators.Add(result =>
        {
            if (result.Errors.Any()) return;
            if (result.GetValue(older) is { } text && Days(text) is null) result.AddError($"--older-than takes days, 0d to {MaxDays}d, not '{text}'.");
            if (result.GetValue(on) && result.GetValue(off)) result.AddError("A rule is on or off, not both.");
            if (isChange && options.All(option => result.GetResult(option) is null or { Implicit: true })) result.AddError("Say what to change.");
        });
    }

    /// <summary>What was said.</summary>
    public DeclineRuleSettings Read(ParseResult arguments)
    {
        var settings = new DeclineRuleSettings();
        if (name is not null && arguments.GetValue(name) is { } newName) settings.Name = newName;
        if (arguments.GetValue(older) is { } text && Days(text) is { } days) settings.OlderThanDays = days;
        if (arguments.GetValue(needed) is { } evenIfNeeded) settings.EvenIfNeeded = evenIfNeeded == "on";
        if (arguments.GetValue(replaced) is { } evenIfNotReplaced) settings.EvenIfNotReplaced = evenIfNotReplaced == "on";
        if (arguments.GetValue(on)) settings.On = true;
        if (arguments.GetValue(off)) settings.On = false;
        return settings;
    }

    private static int? Days(string text) =>
        text.EndsWith('d') && int.TryParse(text[..^1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var days) && days <= MaxDays ? days : null;
}
