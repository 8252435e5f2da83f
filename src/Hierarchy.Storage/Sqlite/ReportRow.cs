using System.Text.Json;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Rows of the report tables as the domain has them.</summary>
internal static class ReportRow
{
    /// <summary>The columns of <see cref="ReportSql.ListComputers"/>.</summary>
    public static ComputerReport ReadComputer(SqliteStatement row) => new()
    {
        ComputerId = row.Text(1),
        Incarnation = row.Int64(2),
        Counter = row.Int64(3),
        Name = row.Text(4),
        Address = row.Text(5),
        OperatingSystem = row.Text(6),
        Groups = JsonSerializer.Deserialize<string[]>(row.Text(7)) ?? [],
        ServerId = row.Text(8),
        ReportedAt = new DateTimeOffset(row.Int64(9), TimeSpan.Zero),
    };

    /// <summary>The columns of <see cref="ReportSql.ListStatusesOfComputer"/>.</summary>
    public static StatusReport ReadStatus(SqliteStatement row) => new(
        row.Text(1), row.Int64(2), row.Int64(3), row.Guid(4), row.Int32(5), (UpdateState)row.Int32(6), row.Int32(7), new DateTimeOffset(row.Int64(8), TimeSpan.Zero));

    /// <summary>About what a row takes on the wire.</summary>
    public static int Size(ComputerReport computer) =>
        64 + computer.ComputerId.Length + computer.Name.Length + computer.Address.Length + computer.OperatingSystem.Length + computer.ServerId.Length + computer.Groups.Sum(group => group.Length + 2);

    /// <summary>About what a row takes on the wire.</summary>
    public static int Size(StatusReport status) => 48 + status.ComputerId.Length;
}
