using System.Text.Json;
using Hierarchy.Domain.Office;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Rows of the report tables as the domain has them.</summary>
internal static class ReportRow
{
    /// <summary>How many columns every statement on computers begins with.</summary>
    public const int Columns = 15;

    /// <summary>Those columns.</summary>
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
        OsVersion = row.Text(10),
        Manufacturer = row.Text(11),
        Model = row.Text(12),
        UtcOffset = row.IsNull(13) ? null : TimeSpan.FromTicks(row.Int64(13)),
        Office = row.IsNull(14) ? null : JsonSerializer.Deserialize<OfficeReport>(row.Text(14)),
    };

    /// <summary>Counts by state as they are packed: one number behind the other, from state 0 on.</summary>
    public static int[] ReadStates(ReadOnlySpan<byte> packed)
    {
        Span<int> counts = stackalloc int[StateCounts.MaxStates];
        var length = 0;
        for (var cursor = new BlockCursor(packed); !cursor.IsAtEnd && length < counts.Length;)
            counts[length++] = (int)cursor.Unsigned();
        return counts[..length].ToArray();
    }

    /// <summary>Packs counts into a buffer of 320 bytes or more; returns how many it took.</summary>
    public static int PackStates(int[] counts, Span<byte> buffer)
    {
        var pen = new BlockPen(buffer);
        foreach (var count in counts)
            pen.Unsigned((uint)Math.Max(0, count));
        return pen.Length;
    }

    /// <summary>About what a row takes on the wire.</summary>
    public static int Size(ComputerReport computer) =>
        96 + computer.ComputerId.Length + computer.OsVersion.Length + computer.Manufacturer.Length + computer.Model.Length + computer.Name.Length + computer.Address.Length + computer.OperatingSystem.Length + computer.ServerId.Length + computer.Groups.Sum(group => group.Length + 2)
        + (computer.Office?.Installations.Sum(copy => 24 + copy.Name.Length + copy.ProductCode.Length + copy.User.Length) ?? 0);

    /// <summary>About what a row takes on the wire.</summary>
    public static int Size(StatusReport status) => 48 + status.ComputerId.Length + status.User.Length;
}
