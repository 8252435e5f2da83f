using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>Who has an update: counts by state, and each computer that said something of it.</summary>
internal sealed record UpdateStatusDocument(UpdateDocument Update, Dictionary<string, int> States, IReadOnlyList<UpdateOnComputerBody> Computers)
{
    public static UpdateStatusDocument From(GetUpdateStatusResponse response)
        => new(UpdateDocument.From(response.Update), Wire.Counts(response.States), [.. response.Computers.Select(UpdateOnComputerBody.From)]);
}

/// <summary>The state of the update on one computer.</summary>
internal sealed record UpdateOnComputerBody(string ComputerId, string Computer, string State, int ResultCode, string? Time)
{
    public static UpdateOnComputerBody From(UpdateOnComputer entry)
        => new(entry.ComputerId, entry.Computer, Wire.Name(entry.State), entry.ResultCode, Wire.Time(entry.Time));
}
