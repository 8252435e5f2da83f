using System.Reflection;
using System.Text.RegularExpressions;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.SqlServer;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>What can be said of the statements without a server that takes them.</summary>
public sealed partial class StatementTests
{
    private static readonly string[] Banned =
        ["MERGE", "IDENTITY", "NEXT VALUE", "ROWVERSION", "TIMESTAMP", "NOLOCK", "HOLDLOCK", "TABLOCK", "TABLOCKX", "UPDLOCK", "READPAST", "READ_COMMITTED_SNAPSHOT", "MEMORY_OPTIMIZED", "sp_getapplock"];

    /// <summary>Every statement of the dialect that stands in a constant or a migration.</summary>
    public static IEnumerable<string> All()
    {
        var types = typeof(SqlServerDatabase).Assembly.GetTypes().Where(type => type.Namespace == typeof(SqlServerDatabase).Namespace);
        foreach (var type in types)
            foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.GetValue(null) is SqlServerSchema schema)
                    foreach (var statement in schema.Migrations.SelectMany(migration => migration))
                        yield return statement;
                else if (field is { IsLiteral: true } && field.GetRawConstantValue() is string text && Statement().IsMatch(text))
                    yield return text;
            }
    }

    [Fact]
    public void All_AreFound() => Assert.True(All().Count() > 30);

    [Fact]
    public void All_NameTablesInTheSchemaAndNothingThatOrderOrCorrectnessMayNotDependOn() => Assert.All(All(), statement =>
    {
        Assert.All(Banned, word => Assert.DoesNotMatch($@"(?i)\b{word}\b", statement));
        Assert.DoesNotContain(" WITH (", statement, StringComparison.OrdinalIgnoreCase);
        // A table without a schema would be another one in another schema.
        foreach (Match table in Tables().Matches(statement))
            Assert.True(table.Groups["name"].Value is var name && (name.StartsWith("hierarchy.", StringComparison.Ordinal) || name.StartsWith("sys.", StringComparison.Ordinal)), $"{table.Value} in {statement}");
    });

    [Fact]
    public void All_InAnotherSchema_NameThatOneAlone() => Assert.All(All(), statement =>
        Assert.DoesNotContain("hierarchy", SqlServerDatabase.InSchema(statement, "other"), StringComparison.Ordinal));

    [Fact]
    public void Indexes_AreAsNarrowAsTheServerAsksFor()
    {
        // 900 bytes for a table's own order, 1,700 for an index.
        foreach (var statement in All().Where(statement => statement.StartsWith("CREATE TABLE", StringComparison.Ordinal)))
            foreach (Match column in KeyColumns().Matches(statement))
                Assert.True(int.Parse(column.Groups["length"].Value, null) <= 900, statement);
        Assert.Equal(RecordRows.LongestStoredKey, RecordRows.StoredKey(new byte[512]).Length);
        Assert.All(All().Where(statement => statement.Contains("record_key varbinary", StringComparison.Ordinal)), statement => Assert.Contains($"varbinary({RecordRows.LongestStoredKey})", statement, StringComparison.Ordinal));
    }

    [Fact]
    public void StoredKeys_ThatDiffer_DifferInMoreThanZerosAtTheirEnds()
    {
        var random = new Random(5);
        var keys = Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, random.Next(5)).Select(_ => (byte)random.Next(3)).ToArray()).ToArray();
        var padded = keys.Select(key => Convert.ToHexString(RecordRows.StoredKey(key)).PadRight(20, '0'));
        Assert.Equal(keys.Select(Convert.ToHexString).Distinct().Count(), padded.Distinct().Count());
        Assert.All(keys, key => Assert.Equal(key, RecordRows.Key(RecordRows.StoredKey(key)).ToArray()));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(5, 3)]
    [InlineData(64, 64)]
    public void Batch_OfAPlan_HasEveryValueInAParameterAndKeepsToTheLimit(int put, int replaced)
    {
        var found = Enumerable.Range(0, replaced).Select(i => new ChangeRecord(2 + i, Kind, Bytes($"key {i}"), Bytes("before"))).ToArray();
        var before = new LogView(new LogHead(new Position(new LogId(Guid.NewGuid()), 3, Guid.NewGuid(), 1000), 0, replaced, new byte[2048]), [], null, 17);
        var plan = new CommitPlan(before, found);
        plan.Add([.. Enumerable.Range(0, put).Select(i => i == 0 && replaced > 0 ? Delete("key 0") : Set($"key {i}", "secret value"))]);
        plan.Compact(4);

        var (text, parameters) = PlanWriter.Batch(plan);

        var named = Parameters().Matches(text).Select(match => match.Groups["name"].Value).ToHashSet();
        Assert.Equal(parameters.Values.ParameterNames.Order(), named.Order());
        Assert.InRange(parameters.Count, 1, ParameterList.Most);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("'", text, StringComparison.Ordinal);
        // The head comes first: its lock is the one that orders.
        Assert.True(text.IndexOf("UPDATE hierarchy.log_head", StringComparison.Ordinal) < text.IndexOf("INSERT INTO hierarchy.record", StringComparison.Ordinal));
        Assert.Equal(17L, parameters.Values.Get<long>("knownWrites"));
        Assert.Equal(before.Head.Position.EpochId, parameters.Values.Get<Guid>("knownEpochId"));
    }

    [Fact]
    public void Lists_OfAllLengths_HaveFewTextsAndKeepToTheLimit()
    {
        var texts = new HashSet<string>();
        for (var count = 1; count <= 1000; count++)
        {
            var keys = new ParameterList();
            texts.Add(keys.Keys([.. Enumerable.Range(0, count).Select(i => (Kind, Bytes($"{i}")))]));
            Assert.InRange(keys.Count, count * 2, ParameterList.Most);
            var numbers = new ParameterList();
            texts.Add(numbers.List("n", [.. Enumerable.Range(0, count).Select(i => (long)i)]));
            Assert.Equal(count - 1, numbers.Values.Get<long>($"n{numbers.Count - 1}"));
        }

        Assert.Equal(12, texts.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterList().List("n", new long[1001]));
    }

    [GeneratedRegex(@"^\s*(SELECT|UPDATE|INSERT|DELETE|CREATE|ALTER)\s")]
    private static partial Regex Statement();

    [GeneratedRegex(@"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ON)\s+(?<name>[a-z_]+(?:\.[a-z_]+)*)(?=\s*(?:AS\b|\(|WHERE\b|SET\b|$|\r|\n|\)))", RegexOptions.Multiline)]
    private static partial Regex Tables();

    [GeneratedRegex(@"(?:varbinary|varchar|nvarchar)\((?<length>[0-9]+)\) NOT NULL PRIMARY KEY")]
    private static partial Regex KeyColumns();

    [GeneratedRegex(@"(?<!@)@(?<name>[a-zA-Z]+[0-9]*)")]
    private static partial Regex Parameters();
}
