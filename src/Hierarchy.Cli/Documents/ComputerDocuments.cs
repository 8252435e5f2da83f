using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>All computers.</summary>
internal sealed record ComputerListDocument(IReadOnlyList<ComputerBody> Computers);

/// <summary>One computer with what it said of each update.</summary>
internal sealed record ComputerDetailDocument(
    ComputerBody Computer, IReadOnlyList<ComputerStatusBody> Statuses, IReadOnlyList<OfficeCopyBody> Office, IReadOnlyList<string> OfficeNotes)
{
    public static ComputerDetailDocument From(GetComputerResponse response) => new(
        ComputerBody.From(response.Computer), [.. response.Statuses.Select(ComputerStatusBody.From)],
        [.. response.Computer.Report.Office?.Installations.Select((copy, index) => OfficeCopyBody.From(copy, response.Office.ElementAtOrDefault(index) ?? "")) ?? []], [.. response.OfficeNotes]);
}

/// <summary>One copy of Office on the computer.</summary>
internal sealed record OfficeCopyBody(string Line, string? Version, string SourceKind, string SourceState, string? User, string? ProductCode, string? Name, string Description)
{
    public static OfficeCopyBody From(OfficeInstallation copy, string description) => new(
        Wire.Name(copy.Line), Wire.NullIfEmpty(copy.Version), Wire.Name(copy.SourceKind), Wire.Name(copy.SourceState), Wire.NullIfEmpty(copy.User), Wire.NullIfEmpty(copy.ProductCode),
        Wire.NullIfEmpty(copy.Name), description);
}

/// <summary>A computer.</summary>
internal sealed record ComputerBody(
    string ComputerId, string Name, string? Address, string? OperatingSystem, IReadOnlyList<string> Groups, string? Server, string? ServerId,
    long Incarnation, long Counter, string? ReportedAt, Dictionary<string, int> States, bool Assigned, bool Seen,
    string? OsVersion, string? Manufacturer, string? Model, int? UtcOffsetMinutes, string? Site, IReadOnlyList<GroupPlaceBody> Places)
{
    public static ComputerBody From(Computer computer)
    {
        var report = computer.Report;
        return new ComputerBody(
            report.ComputerId, report.Name, Wire.NullIfEmpty(report.Address), Wire.NullIfEmpty(report.OperatingSystem), [.. computer.MemberOf.Count > 0 ? computer.MemberOf : computer.Assigned ? computer.AssignedGroups : report.Groups],
            Wire.NullIfEmpty(computer.Server), Wire.NullIfEmpty(report.ServerId), report.Incarnation, report.Counter, Wire.Time(report.ReportedAt),
            Wire.Counts(computer.States), computer.Assigned, !computer.NotSeen,
            Wire.NullIfEmpty(report.OsVersion), Wire.NullIfEmpty(report.Manufacturer), Wire.NullIfEmpty(report.Model), report.UtcOffset is { } offset ? (int)(offset.Seconds / 60) : null,
            Wire.NullIfEmpty(computer.Site), [.. computer.Places.Select(GroupPlaceBody.From)]);
    }
}

/// <summary>The state of one update on the computer.</summary>
internal sealed record ComputerStatusBody(string? UpdateId, int RevisionNumber, string? Title, string? User, string State, int ResultCode, string? Time, string? Hold, IReadOnlyList<string> Held)
{
    public static ComputerStatusBody From(ComputerStatus status)
        => new(Wire.Guid(status.Report.UpdateId), status.Report.RevisionNumber, Wire.NullIfEmpty(status.Title), Wire.NullIfEmpty(status.Report.User), Wire.Name(status.Report.State),
            status.Report.ResultCode, Wire.Time(status.Report.Time), Wire.Name(status.Report.Hold), [.. status.Held]);
}

/// <summary>Where a computer was put.</summary>
internal sealed record ComputerAssignedDocument(string ComputerId, string Name, IReadOnlyList<string> Groups, bool Changed, PositionDocument? Position);
