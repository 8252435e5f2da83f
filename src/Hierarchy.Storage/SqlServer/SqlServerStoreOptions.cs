using System.Text.RegularExpressions;

namespace Hierarchy.Storage.SqlServer;

/// <summary>Which database the stores of this server are in. Log, reports and local state share it, each with tables of its own.</summary>
public sealed partial record SqlServerStoreOptions
{
    /// <summary>As <see cref="ConnectionText.Complete"/> leaves it, password included; never logged.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The schema that holds the tables; made when it is not there. Two servers of one database have two.</summary>
    public string Schema { get; init; } = "hierarchy";

    /// <summary>How long one statement may take. A fold of a whole catalog is one statement.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Reads that go on at once; the others wait.</summary>
    public int Readers { get; init; } = 8;

    /// <summary>True for a name of small letters, digits and underscores: it stands in statements.</summary>
    public static bool IsSchemaName(string name) => SchemaName().IsMatch(name);

    [GeneratedRegex("^[a-z][a-z0-9_]{0,30}$")]
    private static partial Regex SchemaName();
}
