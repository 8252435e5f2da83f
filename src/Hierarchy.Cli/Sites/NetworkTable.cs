using System.Globalization;
using System.Text;
using Hierarchy.Cli.Migrate;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Sites;

/// <summary>Tables of sites and links, as people write them and as Active Directory exports them. What cannot be read is listed with its line, all at once.</summary>
internal static class NetworkTable
{
    private const string Advice = "`hierarchy sites import --help` shows the columns; nothing was changed.";

    private static readonly string[] SiteColumns = ["site", "SiteName"];
    private static readonly string[] SubnetColumns = ["subnet", "Name", "SubnetName"];
    private static readonly string[] SitesColumns = ["SitesIncluded", "sites"];

    /// <summary>Reads the table of sites: a row a subnet.</summary>
    public static void ReadSites(string path, ImportNetworkRequest request, List<ImportProblem> problems) => Read(path, (csv, name) =>
    {
        var site = Require(csv, SiteColumns, name);
        var subnet = Require(csv, SubnetColumns, name);
        while (csv.Next() is { } row)
        {
            if (Value(row.Fields, site) is { Length: > 0 } text) request.Subnets.Add(new ImportedSubnet { Line = row.Line, Site = NameOf(text), Subnet = Value(row.Fields, subnet) });
            else problems.Add(new ImportProblem { Line = row.Line, Message = $"'{Value(row.Fields, subnet)}' has no site: assign it to one, or leave the row out." });
        }
    });

    /// <summary>Reads the table of links: a row a link, or, as in Active Directory, a row that joins several sites with each other.</summary>
    public static void ReadLinks(string path, ImportNetworkRequest request, List<ImportProblem> problems) => Read(path, (csv, name) =>
    {
        var several = Find(csv, SitesColumns);
        var (from, to) = several is null ? (Require(csv, ["from"], name), Require(csv, ["to"], name)) : (-1, -1);
        var (cost, schedule) = (Find(csv, ["cost"]), Find(csv, ["schedule"]));
        while (csv.Next() is { } row)
        {
            if (Link(row.Fields, cost, schedule) is not { } link)
            {
                problems.Add(new ImportProblem { InLinks = true, Line = row.Line, Message = Fault(row.Fields, cost, schedule) });
                continue;
            }

            string[] ends = several is { } column
                ? [.. SitesIn(Value(row.Fields, column)).Select(NameOf)]
                : [NameOf(Value(row.Fields, from)), NameOf(Value(row.Fields, to))];
            if (ends.Length < 2 || ends.Any(end => end.Length == 0)) problems.Add(new ImportProblem { InLinks = true, Line = row.Line, Message = "A link joins two sites." });
            else
                for (var i = 0; i < ends.Length; i++)
                    for (var j = i + 1; j < ends.Length; j++)
                        request.Links.Add(new ImportedLink { Line = row.Line, Link = new SiteLinkRecord(link) { From = ends[i], To = ends[j] } });
        }
    });

    /// <summary>A site's name, also out of a distinguished name like CN=Berlin,CN=Sites,CN=Configuration,DC=example.</summary>
    internal static string NameOf(string text)
    {
        if (!text.StartsWith("CN=", StringComparison.OrdinalIgnoreCase)) return text;
        var name = new StringBuilder();
        for (var i = 3; i < text.Length && text[i] != ','; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            name.Append(text[i]);
        }

        return name.ToString();
    }

    private static SiteLinkRecord? Link(IReadOnlyList<string> fields, int? cost, int? schedule)
    {
        var link = new SiteLinkRecord();
        if (Text(fields, cost) is { Length: > 0 } number)
        {
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value == 0) return null;
            link.Cost = value;
        }

        if (Text(fields, schedule) is not { Length: > 0 } text) return link;
        if (!ScheduleText.TryParse(text, out var parsed, out _)) return null;
        link.Schedule = parsed;
        return link;
    }

    private static string Fault(IReadOnlyList<string> fields, int? cost, int? schedule) =>
        ScheduleText.TryParse(Text(fields, schedule), out _, out var error) ? $"'{Text(fields, cost)}' is no cost: write a number from 1 on." : error;

    private static string Text(IReadOnlyList<string> fields, int? column) => column is { } present ? Value(fields, present) : "";

    // Between distinguished names, which hold commas themselves, exports put spaces or semicolons.
    private static string[] SitesIn(string text) => text.Contains("CN=", StringComparison.OrdinalIgnoreCase) && !text.Contains(';', StringComparison.Ordinal)
        ? text.Split(" CN=", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select((part, index) => index == 0 ? part : "CN=" + part).ToArray()
        : text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void Read(string path, Action<CsvReader, string> read)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw Refused($"There is no file {path}.");
            if (file.Length > CsvReader.MaxFile) throw Refused($"{path} has more than {CsvReader.MaxFile / (1024 * 1024)} MiB.");
            using var reader = new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            read(new CsvReader(reader, Path.GetFileName(path), Advice), Path.GetFileName(path));
        }
        catch (DecoderFallbackException exception)
        {
            throw Refused($"{path} is not UTF-8: names with umlauts would come out wrong. Save it as UTF-8 or as Unicode.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refused($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private static string Value(IReadOnlyList<string> fields, int column) => column < fields.Count ? fields[column].Trim() : "";

    private static int? Find(CsvReader csv, string[] names)
    {
        foreach (var name in names)
            for (var i = 0; i < csv.Header.Count; i++)
                if (string.Equals(csv.Header[i], name, StringComparison.OrdinalIgnoreCase))
                    return i;
        return null;
    }

    private static int Require(CsvReader csv, string[] names, string file) =>
        Find(csv, names) ?? throw Refused($"{file} has no column {string.Join(" or ", names)}; it has {string.Join(", ", csv.Header.Take(20))}.");

    private static CommandFailedException Refused(string message, Exception? cause = null) =>
        new("invalid_file", message, Advice, cause: cause);
}
