using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>Who has an update: counts by state, for all computers and for each group, and computers that said something of it.</summary>
internal sealed record UpdateStatusDocument(
    UpdateDocument Update, Dictionary<string, int> States, IReadOnlyList<GroupStatesBody> Groups, IReadOnlyList<UpdateOnComputerBody> Computers, int Matching, Dictionary<string, int> Held)
{
    public static UpdateStatusDocument From(GetUpdateStatusResponse response) => new(
        UpdateDocument.From(response.Update), Wire.Counts(response.States), [.. response.Groups.Select(GroupStatesBody.From)], [.. response.Computers.Select(UpdateOnComputerBody.From)], response.Matching, Wire.Holds(response.Held));
}

/// <summary>The states of the update in one group.</summary>
internal sealed record GroupStatesBody(string Group, int Computers, Dictionary<string, int> States)
{
    public static GroupStatesBody From(GroupStates group) => new(group.Group, group.Computers, Wire.Counts(group.States));
}

/// <summary>The state of the update on one computer.</summary>
internal sealed record UpdateOnComputerBody(string ComputerId, string Computer, string? User, string State, int ResultCode, string? Time, string? Hold, IReadOnlyList<string> Held)
{
    public static UpdateOnComputerBody From(UpdateOnComputer entry)
        => new(entry.ComputerId, entry.Computer, Wire.NullIfEmpty(entry.User), Wire.Name(entry.State), entry.ResultCode, Wire.Time(entry.Time), Wire.Name(entry.Hold), [.. entry.Held]);
}
