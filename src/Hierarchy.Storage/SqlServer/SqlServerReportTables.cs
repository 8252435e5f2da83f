using System.Buffers.Binary;
using System.Data;
using System.Text;
using Dapper;
using Hierarchy.Storage.Reports;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>The report store's tables in SQL Server. What a transaction writes goes in bulk: the rows that it replaces are removed, the new ones copied.</summary>
internal sealed class SqlServerReportTables : IReportTables
{
    private const int LongestComputerId = 1600;
    private const int LongestServerId = 512;

    private readonly SqlServerDatabase _database;
    private readonly IsolationLevel _isolation;

    public SqlServerReportTables(SqlServerDatabase database, IsolationLevel isolation)
    {
        _database = database;
        _isolation = isolation;
    }

    public string Name => _database.Name;

    public ReportState Load() => _database.Read(_isolation, (connection, transaction) =>
    {
        var row = connection.QuerySingleOrDefault<OutboxRow>(_database.Sql(ReportTables.ReadOutboxRow), param: null, transaction, _database.Timeout)
            ?? throw SqlServerErrors.Damaged(Name, "the row of the outbox is gone");
        return new ReportState(
            new OutboxState(row.Incarnation, row.Head, row.Rooted, row.RootLife, row.Clean, row.FullThrough),
            OutboxChapters.FromBytes(row.Chapters),
            row.Writes,
            connection.ExecuteScalar<long>(_database.Sql(ReportTables.LastComputer), param: null, transaction, _database.Timeout),
            List<NumberRecord>(connection, transaction, ReportTables.ListNumbers),
            [.. List<ChildRow>(connection, transaction, ReportTables.ListChildren).Select(child => child.ToRecord())]);
    });

    public bool Write(ReportChanges changes) => _database.Run(connection =>
    {
        using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        var outbox = changes.Outbox;
        var parameters = new ParameterList().Add("incarnation", outbox.Incarnation).Add("head", outbox.Head).Add("rooted", outbox.Rooted).Add("rootLife", outbox.RootLife)
            .Add("clean", outbox.Clean).Add("fullThrough", outbox.Full).Add("knownWrites", changes.KnownWrites);
        if (connection.Execute(_database, ReportTables.WriteOutboxRow, transaction, parameters.Values) != 1) return false;
        if (changes.Chapters is { } chapters) connection.Execute(_database, ReportTables.WriteChapters, transaction, new ParameterList().Add("chapters", chapters.ToBytes(), length: -1).Values);
        PlanWriter.RemoveRows(_database, connection, transaction, ReportTables.RemoveComputers, [.. changes.Computers.Select(row => row.Id)]);
        PlanWriter.RemoveRows(_database, connection, transaction, ReportTables.RemoveBlocks, [.. changes.RemovedBlocks, .. changes.Blocks.Select(row => row.Id)]);
        PlanWriter.RemoveRows(_database, connection, transaction, ReportTables.RemoveCounts, [.. changes.Counts.Select(row => row.Id)]);
        foreach (var part in changes.Children.Select(child => Encoding.UTF8.GetBytes(child.Key)).Chunk(1000))
        {
            var names = new ParameterList();
            connection.Execute(_database, $"{ReportTables.RemoveChildren}({names.List("name", part, LongestServerId)})", transaction, names.Values);
        }

        Copy(connection, transaction, "report_number", changes.Numbers, ("kind", typeof(int), row => row.Kind), ("id", typeof(int), row => row.Id), ("value", typeof(byte[]), row => row.Value));
        Copy(
            connection, transaction, "report_computer", changes.Computers, ("id", typeof(long), row => row.Id), ("computer_id", typeof(byte[]), row => row.ComputerId),
            ("outbox_number", typeof(long), row => row.Outbox), ("status_incarnation", typeof(long), row => row.StatusIncarnation), ("scope", typeof(int), row => row.Scope),
            ("states", typeof(byte[]), row => row.States), ("report", typeof(byte[]), row => row.Report));
        Copy(
            connection, transaction, "report_block", changes.Blocks, ("id", typeof(long), row => row.Id), ("computer", typeof(long), row => row.Computer), ("part", typeof(int), row => row.Part),
            ("outbox_number", typeof(long), row => row.Outbox), ("data", typeof(byte[]), row => row.Data));
        Copy(connection, transaction, "report_count", changes.Counts, ("id", typeof(long), row => row.Id), ("data", typeof(byte[]), row => row.Data));
        Copy(
            connection, transaction, "report_child", [.. changes.Children.Select(child => child.Value).OfType<ChildRecord>()], ("server_id", typeof(byte[]), row => Encoding.UTF8.GetBytes(row.ServerId)),
            ("incarnation", typeof(Guid), row => row.Incarnation), ("received_number", typeof(long), row => row.Received), ("rooted_number", typeof(long), row => row.Rooted),
            ("marks", typeof(byte[]), row => PackMarks(row.Marks)), ("chapter", typeof(Guid), row => row.Chapter));
        transaction.Commit();
        return true;
    });

    public IReadOnlyList<ComputerRecord> FindComputers(IReadOnlyCollection<string> computerIds) => computerIds.Count == 0 ? [] : _database.Run(connection =>
    {
        var found = new Dictionary<long, ComputerRecord>();
        foreach (var part in computerIds.Select(Encoding.UTF8.GetBytes).Chunk(1000))
        {
            var parameters = new ParameterList();
            var text = $"{ReportTables.FindComputers}({parameters.List("computer", part, LongestComputerId)})";
            foreach (var row in connection.Query<ComputerRecord>(_database.Sql(text), parameters.Values, transaction: null, buffered: true, _database.Timeout))
                found[row.Id] = row;
        }

        return (IReadOnlyList<ComputerRecord>)[.. found.Values];
    });

    public IReadOnlyList<BlockRecord> FindBlocks(IReadOnlyCollection<long> computers) => computers.Count == 0 ? [] : _database.Run(connection =>
    {
        var found = new List<BlockRecord>();
        foreach (var part in computers.Chunk(1000))
        {
            var parameters = new ParameterList();
            var text = $"{ReportTables.FindBlocks}({parameters.List("computer", part)})";
            found.AddRange(connection.Query<BlockRecord>(_database.Sql(text), parameters.Values, transaction: null, buffered: true, _database.Timeout));
        }

        return (IReadOnlyList<BlockRecord>)found;
    });

    public byte[]? FindCounts(long id) => _database.Run(connection => connection.QuerySingleOrDefault<byte[]?>(_database.Sql(ReportTables.FindCounts), new { id }, transaction: null, _database.Timeout));

    public byte[]? FindNumber(ReportNumber kind, int id) =>
        _database.Run(connection => connection.QuerySingleOrDefault<byte[]?>(_database.Sql(ReportTables.FindNumber), new { kind = (int)kind, id }, transaction: null, _database.Timeout));

    public (IReadOnlyList<ComputerRecord> Computers, IReadOnlyList<BlockRecord> Blocks) ReadOutbox(long after, int limit) =>
        _database.Read<(IReadOnlyList<ComputerRecord>, IReadOnlyList<BlockRecord>)>(_isolation, (connection, transaction) =>
            (List<ComputerRecord>(connection, transaction, ReportTables.ReadComputersAfter, new { after, limit }), List<BlockRecord>(connection, transaction, ReportTables.ReadBlocksAfter, new { after, limit })));

    public IReadOnlyList<ComputerRecord> ListComputers() => _database.Read(_isolation, (connection, transaction) => List<ComputerRecord>(connection, transaction, ReportTables.ListComputers));

    public IReadOnlyList<BlockRecord> ListBlocksOfComputer(string computerId) => _database.Read(_isolation, (connection, transaction) => List<BlockRecord>(
        connection, transaction, ReportTables.ListBlocksOfComputer, new ParameterList().Add("computerId", Encoding.UTF8.GetBytes(computerId), LongestComputerId).Values));

    public IReadOnlyList<BlockRecord> ListBlocksOfPart(int part) => _database.Read(_isolation, (connection, transaction) => List<BlockRecord>(connection, transaction, ReportTables.ListBlocksOfPart, new { part }));

    public IReadOnlyList<CountRecord> ListCounts(long first, long last) =>
        _database.Read(_isolation, (connection, transaction) => List<CountRecord>(connection, transaction, ReportTables.ListCounts, new { first, last }));

    private List<T> List<T>(SqlConnection connection, SqlTransaction transaction, string sql, object? parameters = null) =>
        connection.Query<T>(_database.Sql(sql), parameters, transaction, buffered: true, _database.Timeout).AsList();

    private void Copy<T>(SqlConnection connection, SqlTransaction transaction, string table, IReadOnlyList<T> rows, params (string Column, Type Type, Func<T, object?> Value)[] columns)
    {
        if (rows.Count == 0) return;
        using var data = new DataTable();
        foreach (var (column, type, _) in columns)
            data.Columns.Add(column, type);
        foreach (var row in rows)
            data.Rows.Add([.. columns.Select(column => column.Value(row) ?? DBNull.Value)]);
        PlanWriter.Copy(_database, connection, transaction, table, data);
    }

    private static byte[] PackMarks(IReadOnlyList<ChildMark> marks)
    {
        var bytes = new byte[marks.Count * 16];
        for (var i = 0; i < marks.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * 16), marks[i].Own);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan((i * 16) + 8), marks[i].Through);
        }

        return bytes;
    }

    private sealed class OutboxRow
    {
        public Guid Incarnation { get; set; }

        public long Head { get; set; }

        public long Rooted { get; set; }

        public Guid RootLife { get; set; }

        public long Clean { get; set; }

        public long FullThrough { get; set; }

        public long Writes { get; set; }

        public byte[] Chapters { get; set; } = [];
    }

    private sealed class ChildRow
    {
        public byte[] ServerId { get; set; } = [];

        public Guid Incarnation { get; set; }

        public long Received { get; set; }

        public long Rooted { get; set; }

        public byte[] Marks { get; set; } = [];

        public Guid Chapter { get; set; }

        public ChildRecord ToRecord() => new(
            Encoding.UTF8.GetString(ServerId), Incarnation, Received, Rooted, Chapter,
            [.. Marks.Chunk(16).Select(mark => new ChildMark(BinaryPrimitives.ReadInt64BigEndian(mark), BinaryPrimitives.ReadInt64BigEndian(mark.AsSpan(8))))]);
    }
}
