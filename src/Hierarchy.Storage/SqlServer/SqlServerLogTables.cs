using System.Data;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>The writer's tables in SQL Server.</summary>
internal sealed class SqlServerLogTables(SqlServerDatabase database, IsolationLevel isolation) : ILogTables
{
    public string Name => database.Name;

    public LogView Read() => database.Read(isolation, (connection, transaction) => LogView.Read(database, connection, transaction));

    public (LogView View, IReadOnlyList<ChangeRecord> Records) ReadSince(long after) => database.Read<(LogView, IReadOnlyList<ChangeRecord>)>(isolation, (connection, transaction) =>
        (LogView.Read(database, connection, transaction), connection.Records(database, LogTables.ReadSince, transaction, new { after })));

    public IReadOnlyCollection<ChangeRecord> Find(IReadOnlyList<(int Kind, ReadOnlyMemory<byte> Key)> keys) =>
        keys.Count == 0 ? [] : database.Run(connection => PlanWriter.FindMany(database, connection, transaction: null, LogTables.FindManyEnd, keys)).Values;

    public bool Write(CommitPlan plan) => database.Run(connection => PlanWriter.Write(database, connection, plan));

    public (LogHead Head, long Writes) Fence() => database.Transact((connection, transaction) =>
    {
        connection.Execute(database, LogTables.Fence, transaction);
        var row = LogView.ReadHead(database, connection, transaction);
        return (row.ToHead(), row.Writes);
    });

    public void LeaveStaging(AuthorityStart start) => database.Transact((connection, transaction) =>
    {
        if (MirrorStaging.Read(database, connection, transaction).State.Mode == StagingMode.None) return 0;
        var isPromoted = start == AuthorityStart.AfterLoss && !LogView.ReadHead(database, connection, transaction).ToHead().Position.IsEmpty;
        if (!isPromoted)
            throw new IntegrityException($"{database.Name}: this is a replica's log in the middle of a transfer, and cannot decide. Let the replica finish, or restore a backup.");
        return MirrorStaging.None.Write(database, connection, transaction, dropRows: true);
    });
}
