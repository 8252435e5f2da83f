using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;

namespace Hierarchy.Cli.Groups;

/// <summary>Says what a change of groups does before it is done, and asks where it does anything.</summary>
internal static class GroupQuestion
{
    public static Option<bool> Yes() => new("--yes") { Description = "Do it without asking." };

    /// <summary>The effect in sentences, about the computers that the asked server knows; none where there is none.</summary>
    public static IEnumerable<string> Sentences(GroupEffectBody effect)
    {
        if (effect.ApprovalsRemoved > 0) yield return $"{Many(effect.ApprovalsRemoved, "approval")} of it {(effect.ApprovalsRemoved == 1 ? "goes" : "go")}.";
        if (effect.AssignmentsChanged > 0) yield return $"{Many(effect.AssignmentsChanged, "computer")} that {Was(effect.AssignmentsChanged)} put into it {Is(effect.AssignmentsChanged)} so no longer.";
        if (effect.RulesRemoved > 0) yield return $"{Many(effect.RulesRemoved, "rule")} that {(effect.RulesRemoved == 1 ? "puts" : "put")} computers into it {(effect.RulesRemoved == 1 ? "goes" : "go")}.";
        if (effect.Computers > 0)
            yield return $"Other groups count for {Many(effect.Computers, "computer")}{(effect.ComputersUnassigned > 0 ? $", of which {Human.Count(effect.ComputersUnassigned)} come to be in Unassigned Computers" : "")}.";
        if (effect.UpdatesChanged > 0)
            yield return $"Something else is decided for them about {Many(effect.UpdatesChanged, "update")}: {Human.Count(effect.UpdatesBegun)} begin to be installed, removed or offered somewhere, {Human.Count(effect.UpdatesEnded)} no longer are.";
    }

    /// <summary>Returns when it is to be done: somebody said so, or it does nothing to anything.</summary>
    /// <exception cref="CommandFailedException">Somebody said no, or nobody can be asked.</exception>
    public static void Confirm(Session session, GroupEffectBody effect, string question)
    {
        var sentences = Sentences(effect).ToArray();
        if (sentences.Length == 0) return;
        if (session.Input is not { } input)
            throw new CommandFailedException("usage", $"{string.Join(' ', sentences)} Nobody is there to be asked, and --yes was not given: nothing was done.", "Say --yes if that is meant.", ExitCode.Usage);
        var ask = session.Output.ProgressLines;
        foreach (var sentence in sentences) ask.WriteLine(sentence);
        ask.Write($"Type yes to {question}: ");
        ask.Flush();
        if (!string.Equals(input.ReadLine()?.Trim(), "yes", StringComparison.OrdinalIgnoreCase)) throw new CommandFailedException("cancelled", "Nothing was done.", null, ExitCode.Cancelled);
    }

    private static string Many(int count, string noun) => $"{Human.Count(count)} {noun}{(count == 1 ? "" : "s")}";

    private static string Was(int count) => count == 1 ? "was" : "were";

    private static string Is(int count) => count == 1 ? "is" : "are";
}
