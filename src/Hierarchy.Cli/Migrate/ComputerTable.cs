using System.Text;

namespace Hierarchy.Cli.Migrate;

/// <summary>The computers of an exported table: each id once, with its groups; what cannot be taken is listed with its line.</summary>
internal sealed class ComputerTable
{
    private const int MaxId = 128;
    private const int MaxName = 256;
    private const int MaxGroups = 64;

    private static readonly string[] IdColumns = ["Id", "ComputerTargetId", "SusClientId", "ComputerId"];
    private static readonly string[] NameColumns = ["FullDomainName", "Name", "ComputerName", "DnsHostName"];
    private static readonly string[] GroupColumns = ["Groups", "ComputerTargetGroups", "RequestedTargetGroupName", "TargetGroup", "Group"];

    private ComputerTable(List<Row> computers, List<Duplicate> duplicates, List<LeftOutRow> leftOut) => (Computers, Duplicates, LeftOut) = (computers, duplicates, leftOut);

    /// <summary>To be taken over.</summary>
    public IReadOnlyList<Row> Computers { get; }

    /// <summary>Ids that stand in several rows: cloned machines share one, and a computer that is listed by several servers has several rows.</summary>
    public IReadOnlyList<Duplicate> Duplicates { get; }

    /// <summary>Rows without a computer.</summary>
    public IReadOnlyList<LeftOutRow> LeftOut { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandFailedException">It cannot be read, or has not the columns.</exception>
    public static ComputerTable Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw Refused($"There is no file {path}.");
            if (file.Length > CsvReader.MaxFile) throw Refused($"{path} has more than {CsvReader.MaxFile / (1024 * 1024)} MiB.");
            using var reader = new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            return Read(reader, Path.GetFileName(path));
        }
        catch (DecoderFallbackException exception)
        {
            throw Refused($"{path} is not UTF-8: names with umlauts would come out wrong. Export it with -Encoding UTF8.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refused($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    internal static ComputerTable Read(TextReader reader, string name)
    {
        var csv = new CsvReader(reader, name);
        var id = Column(csv, IdColumns, name);
        var computerName = Column(csv, NameColumns, name);
        var groups = Column(csv, GroupColumns, name);
        var (rows, leftOut) = (new List<Row>(), new List<LeftOutRow>());
        while (csv.Next() is { } row)
        {
            var computer = new Row(row.Line, IdOf(Value(row.Fields, id)), Value(row.Fields, computerName), GroupsOf(Value(row.Fields, groups)));
            if (Fault(computer, row.Fields.Count) is { } fault) leftOut.Add(new LeftOutRow(row.Line, computer.Name, fault));
            else rows.Add(computer);
        }

        return Sort(rows, leftOut);
    }

    private static ComputerTable Sort(List<Row> rows, List<LeftOutRow> leftOut)
    {
        var (computers, duplicates) = (new List<Row>(), new List<Duplicate>());
        foreach (var same in rows.GroupBy(row => row.Id, StringComparer.OrdinalIgnoreCase))
        {
            var first = same.First();
            // Cloned machines in different groups are one computer to every server: to guess its groups would install what is not approved for it.
            var isTaken = same.All(row => row.Groups.SetEquals(first.Groups));
            if (isTaken) computers.Add(first);
            if (same.Count() > 1) duplicates.Add(new Duplicate(first.Id, [.. same.Select(row => row.Name).Distinct(StringComparer.OrdinalIgnoreCase)], isTaken));
        }

        return new ComputerTable(computers, duplicates, leftOut);
    }

    private static string? Fault(Row row, int fields) => row switch
    {
        _ when fields == 1 => "it has one value only: its separator is another than the header's",
        { Id.Length: 0 } => "it has no id",
        { Id.Length: > MaxId } => $"its id has more than {MaxId} characters",
        { Name.Length: > MaxName } => $"its name has more than {MaxName} characters",
        { Groups.Count: > MaxGroups } => $"it is in more than {MaxGroups} groups",
        _ when row.Id.Any(char.IsControl) || row.Name.Any(char.IsControl) || row.Groups.Any(group => group.Any(char.IsControl)) => "it holds control characters",
        _ => null,
    };

    private static string IdOf(string text) => Guid.TryParse(text, out var id) ? id.ToString("D") : text.ToLowerInvariant();

    private static HashSet<string> GroupsOf(string text) =>
        text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static string Value(IReadOnlyList<string> fields, int column) => column < fields.Count ? fields[column].Trim() : "";

    private static int Column(CsvReader csv, string[] names, string file)
    {
        foreach (var name in names)
            for (var i = 0; i < csv.Header.Count; i++)
                if (string.Equals(csv.Header[i], name, StringComparison.OrdinalIgnoreCase))
                    return i;
        throw Refused($"{file} has no column {string.Join(" or ", names)}; it has {string.Join(", ", csv.Header.Take(20))}.");
    }

    private static CommandFailedException Refused(string message, Exception? cause = null) =>
        new("invalid_file", message, "Export it as `hierarchy migrate computers --help` shows; nothing was changed.", cause: cause);

    /// <summary>A computer.</summary>
    internal sealed record Row(int Line, string Id, string Name, HashSet<string> Groups);

    /// <summary>An id of several rows; taken when all of them name the same groups.</summary>
    internal sealed record Duplicate(string Id, IReadOnlyList<string> Names, bool IsTaken);

    /// <summary>A row that holds no computer.</summary>
    internal sealed record LeftOutRow(int Line, string Name, string Reason);
}
