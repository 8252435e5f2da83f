using System.CommandLine;
using Hierarchy.Agent.Policies;
using Hierarchy.Domain;

namespace Hierarchy.Agent;

/// <summary>What the user of the computer can do where the policy leaves it to that one: see what waits, and say that it is to be installed. Both work on the state folder, beside an agent that runs.</summary>
internal static class LocalVerbs
{
    private const int ShortestId = 4;

    /// <summary>`pending`: what waits for what.</summary>
    internal static Command Pending(Option<string> state)
    {
        var command = new Command("pending", "Shows what is approved and applicable and waits: for the scheduled time, a deadline, or somebody. Prints one JSON document, as of the last time that the agent looked.") { state };
        command.SetAction(parsed => Answer(parsed, () => PendingUpdates.Read(parsed.GetRequiredValue(state)).ToJson()));
        return command;
    }

    /// <summary>`install-now`: what waits is to be fetched and installed (or removed) now.</summary>
    internal static Command InstallNow(Option<string> state)
    {
        var updates = new Option<string[]>("--update") { Description = "Only this one: its id, or the beginning of it. May be given several times. What is merely offered must be named.", HelpName = "ID", AllowMultipleArgumentsPerToken = true };
        var command = new Command(
            "install-now",
            "Has what waits fetched and installed, or removed, now: by the agent that runs, within seconds, or else by the next one that is started. Prints what was meant as one JSON document.") { state, updates };
        command.SetAction(parsed => Answer(parsed, () => Say(parsed.GetRequiredValue(state), parsed.GetValue(updates) ?? [])));
        return command;
    }

    private static string Say(string state, string[] named)
    {
        var pending = PendingUpdates.Read(state);
        if (pending.AreUsersBlocked) throw new UnavailableException("The policy of this computer (block-users) leaves it to nobody here what is installed when. Ask the administrator of the updates.");
        var wanted = named.Length == 0 ? [.. pending.Updates.Where(line => line.Action != nameof(Domain.Approvals.DecisionAction.OptionalInstall))] : named.Select(name => Find(pending, name)).Distinct().ToArray();
        if (wanted.Length == 0) throw new UnavailableException("Nothing waits that needs a word. `hierarchy-agent pending` shows what does, and for what.");
        Consents.Write(state, [.. wanted.Select(line => line.UpdateId)]);
        return (pending with { Updates = wanted }).ToJson();
    }

    private static PendingUpdates.Line Find(PendingUpdates pending, string name)
    {
        var found = name.Length < ShortestId ? [] : pending.Updates.Where(line => line.UpdateId.ToString("D").StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToArray();
        return found.Length switch
        {
            1 => found[0],
            0 => throw new UnavailableException($"No update that waits has an id that begins with '{name}' (at least {ShortestId} characters). `hierarchy-agent pending` lists them."),
            _ => throw new UnavailableException($"'{name}' is the beginning of {found.Length} ids of updates that wait: give more of it."),
        };
    }

    private static int Answer(ParseResult parsed, Func<string> answer)
    {
        try
        {
            parsed.InvocationConfiguration.Output.WriteLine(answer());
            return AgentCommand.Ok;
        }
        catch (Exception exception) when (exception is UnavailableException or IOException or UnauthorizedAccessException)
        {
            parsed.InvocationConfiguration.Error.WriteLine(exception.Message);
            return AgentCommand.Failure;
        }
    }
}
