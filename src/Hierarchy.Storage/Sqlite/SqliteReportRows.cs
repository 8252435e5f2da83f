using System.Text.Json;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The rows of the report store, one statement each: what the merger asks for is read when it is asked.</summary>
internal sealed class SqliteReportRows : IReportRows
{
    private readonly byte[] _packed = new byte[StatusBlock.MaxBytes];
    private readonly byte[] _counts = new byte[CountBlock.MaxBytes];
    private readonly SqliteSession _session;

    public SqliteReportRows(SqliteSession session)
    {
        _session = session;
        Updates = new NumberBook<Guid>(id => Number(session.Statement(ReportSql.AddUpdate).Bind(1, id)));
        Users = new NumberBook<string>(name => Number(session.Statement(ReportSql.AddUser).Bind(1, name)));
        Scopes = new NumberBook<GroupSet>(groups => Number(session.Statement(ReportSql.AddScope).Bind(1, groups.ToBytes().AsSpan())));
    }

    public NumberBook<Guid> Updates { get; }

    public NumberBook<string> Users { get; }

    public NumberBook<GroupSet> Scopes { get; }

    /// <summary>The outbox as the transaction has it.</summary>
    public OutboxState Outbox { get; set; } = new(Guid.Empty, 0, 0, Guid.Empty, 0, 0);

    /// <summary>Takes the numbers that the file holds.</summary>
    public void Load()
    {
        for (var row = _session.Statement(ReportSql.ListUpdates); row.Step();)
            Updates.Load(row.Guid(1), row.Int32(0));
        for (var row = _session.Statement(ReportSql.ListUsers); row.Step();)
            Users.Load(row.Text(1), row.Int32(0));
        for (var row = _session.Statement(ReportSql.ListScopes); row.Step();)
            Scopes.Load(GroupSet.FromBytes(row.Blob(1)), row.Int32(0));
    }

    public void Begin()
    {
        Updates.Begin();
        Users.Begin();
        Scopes.Begin();
    }

    public void Committed()
    {
        Updates.Committed();
        Users.Committed();
        Scopes.Committed();
    }

    public long NextNumber()
    {
        Outbox = Outbox with { Head = Outbox.Head + 1 };
        return Outbox.Head;
    }

    public ComputerRow? FindComputer(string computerId)
    {
        var row = _session.Statement(ReportSql.FindComputerRow).Bind(1, computerId);
        if (!row.Step()) return null;
        var isReported = !row.IsNull(0);
        var found = new ComputerRow(row.Int64(ReportRow.Columns), computerId)
        {
            Outbox = row.Int64(0),
            Report = isReported ? ReportRow.ReadComputer(row) : null,
            StatusIncarnation = row.Int64(ReportRow.Columns + 1),
            Scope = row.Int32(ReportRow.Columns + 2),
            States = ReportRow.ReadStates(row.Blob(ReportRow.Columns + 3)),
        };
        row.Reset();
        return found;
    }

    public ComputerRow AddComputer(string computerId) => new(Number(_session.Statement(ReportSql.AddComputer).Bind(1, computerId)), computerId) { IsChanged = true };

    public void PutComputer(ComputerRow row)
    {
        Span<byte> states = stackalloc byte[320];
        var length = ReportRow.PackStates(row.States, states);
        if (row.Report is not { } report)
        {
            _session.Statement(ReportSql.PutCountedComputer).Bind(1, row.Key).Bind(2, row.StatusIncarnation).Bind(3, row.Scope).Bind(4, (ReadOnlySpan<byte>)states[..length]).Run();
            return;
        }

        var statement = _session.Statement(ReportSql.PutComputer)
            .Bind(1, row.Key)
            .Bind(2, row.Outbox)
            .Bind(3, report.Incarnation)
            .Bind(4, report.Counter)
            .Bind(5, report.Name)
            .Bind(6, report.Address)
            .Bind(7, report.OperatingSystem)
            .Bind(8, JsonSerializer.Serialize(report.Groups))
            .Bind(9, report.ServerId)
            .Bind(10, report.ReportedAt.UtcTicks)
            .Bind(11, row.StatusIncarnation)
            .Bind(12, row.Scope)
            .Bind(13, (ReadOnlySpan<byte>)states[..length])
            .Bind(14, report.OsVersion)
            .Bind(15, report.Manufacturer)
            .Bind(16, report.Model)
            .Bind(17, report.UtcOffset?.Ticks);
        (report.Office is null ? statement.BindNull(18) : statement.Bind(18, JsonSerializer.Serialize(report.Office))).Run();
    }

    public int UpdateNumber(Guid updateId) => Updates.NumberOf(updateId);

    public int UserNumber(string user) => Users.NumberOf(user);

    public int ScopeNumber(GroupSet groups) => Scopes.NumberOf(groups);

    public long ReadBlock(BlockKey key, StatusBlock into)
    {
        var row = _session.Statement(ReportSql.ReadBlock).Bind(1, BlockId.Of(key));
        if (!row.Step())
        {
            into.Clear();
            return 0;
        }

        var number = row.Int64(0);
        into.Unpack(row.Blob(1));
        row.Reset();
        return number;
    }

    public void PutBlock(BlockKey key, long number, StatusBlock block)
    {
        var length = block.Pack(_packed);
        _session.Statement(ReportSql.PutBlock).Bind(1, BlockId.Of(key)).Bind(2, number).Bind(3, _packed.AsSpan(0, length)).Run();
    }

    public IReadOnlyList<BlockKey> BlocksOf(long computer)
    {
        var (first, last) = BlockId.RangeOf(computer);
        var keys = new List<BlockKey>();
        for (var row = _session.Statement(ReportSql.ListBlockIds).Bind(1, first).Bind(2, last); row.Step();)
            keys.Add(BlockId.Key(row.Int64(0)));
        return keys;
    }

    public void DeleteBlocks(long computer)
    {
        var (first, last) = BlockId.RangeOf(computer);
        _session.Statement(ReportSql.DeleteBlocks).Bind(1, first).Bind(2, last).Run();
    }

    public void ReadCounts(int part, int scope, CountBlock into)
    {
        var row = _session.Statement(ReportSql.ReadCounts).Bind(1, BlockId.OfCounts(part, scope));
        if (!row.Step())
        {
            into.Clear();
            return;
        }

        into.Unpack(row.Blob(0));
        row.Reset();
    }

    public void PutCounts(int part, int scope, CountBlock block)
    {
        var length = block.Pack(_counts);
        _session.Statement(ReportSql.PutCounts).Bind(1, BlockId.OfCounts(part, scope)).Bind(2, _counts.AsSpan(0, length)).Run();
    }

    private static int Number(SqliteStatement insert)
    {
        insert.Step();
        var number = insert.Int32(0);
        insert.Reset();
        return number;
    }
}
