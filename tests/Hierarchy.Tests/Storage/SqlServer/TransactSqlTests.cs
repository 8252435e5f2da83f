using Hierarchy.Domain.Changes;
using Hierarchy.Storage.SqlServer;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>Every statement of the dialect, as SQL Server's own parser reads it, against the tables that the migrations make. No server has run them here.</summary>
public sealed class TransactSqlTests
{
    private static readonly string[] Creating = [.. StatementTests.All().Where(statement => statement.StartsWith("CREATE", StringComparison.Ordinal) || statement.StartsWith("ALTER TABLE", StringComparison.Ordinal))];
    private static readonly TransactSql Database = new(Creating);

    [Fact]
    public void Tables_AreThoseOfTheMigrations() => Assert.Superset(
        new HashSet<string> { "hierarchy.record", "hierarchy.staged", "hierarchy.log_head", "hierarchy.staging", "hierarchy.local_state", "hierarchy.report_block", "hierarchy.schema_version" },
        Database.Tables.Keys.ToHashSet());

    [Fact]
    public void Statements_AreReadAndNameWhatIsThere() => Assert.All(StatementTests.All().SelectMany(Whole), statement => Assert.Empty(Database.Check(statement)));

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(64, 64, 4)]
    public void Commits_AreReadAndNameWhatIsThere(int put, int replaced, long floor)
    {
        var found = Enumerable.Range(0, replaced).Select(i => new ChangeRecord(2 + i, Kind, Bytes($"key {i}"), Bytes("before"))).ToArray();
        var before = new LogView(new LogHead(new Position(new LogId(Guid.NewGuid()), 3, Guid.NewGuid(), 1000), 0, replaced, new byte[2048]), [], null, 17);
        var plan = new CommitPlan(before, found);
        plan.Add([.. Enumerable.Range(0, put).Select(i => Set($"key {i}", "value"))]);
        if (floor > 0) plan.Compact(floor);

        Assert.Empty(Database.Check(PlanWriter.Batch(plan).Text));
    }

    [Theory]
    [InlineData("record")]
    [InlineData("staged")]
    public void BulkCopy_GivesEveryColumn(string table)
    {
        using var rows = RecordRows.Table([new ChangeRecord(1, Kind, Bytes("key"), Bytes("value"))]);
        Assert.Equal(Database.Tables[$"hierarchy.{table}"].Columns.Keys.Order(), rows.Columns.Cast<System.Data.DataColumn>().Select(column => column.ColumnName).Order());
    }

    [Theory]
    [InlineData("SELECT sequence FROM hierarchy.records", "there is no table hierarchy.records")]
    [InlineData("SELECT sequense FROM hierarchy.record", "there is no column sequense")]
    [InlineData("SELECT own.value FROM hierarchy.record AS own", "there is no column own.value")]
    [InlineData("INSERT INTO hierarchy.local_state (name) VALUES (@name)", "a row of hierarchy.local_state needs value")]
    [InlineData("INSERT INTO hierarchy.local_state (name, value) VALUES (@name)", "2 columns and 1 values for hierarchy.local_state")]
    public void Check_OfAWrongName_SaysWhich(string statement, string wrong) => Assert.Equal([wrong], Database.Check(statement));

    [Theory]
    [InlineData("SELEC sequence")]
    [InlineData("SELECT sequence FROM WHERE kind = 1")]
    [InlineData("UPDATE hierarchy.record SET WHERE sequence = 1")]
    public void Parse_OfWhatIsNoStatement_IsRefused(string statement) => Assert.Throws<FormatException>(() => TransactSql.Parse(statement));

    /// <summary>Statements that are written in parts, put together as the dialect does.</summary>
    private static IEnumerable<string> Whole(string statement)
    {
        if (statement == LogTables.FindMany) return new[] { LogTables.FindManyEnd, LogTables.FindManyStagedEnd }.Select(end => $"{statement}{new ParameterList().Keys([(Kind, Bytes("key"))])}{end}");
        if (statement.EndsWith(" IN ", StringComparison.Ordinal)) return [$"{statement}({new ParameterList().List("n", [1L, 2L, 3L])})"];
        return [statement == LogTables.Put ? $"{statement}(@sequence0, @kind0, @key0, @payload0), (@sequence1, @kind1, @key1, @payload1)" : statement];
    }
}
