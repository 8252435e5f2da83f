using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>What is in memory of a log: swapped whole.</summary>
internal sealed record LogState(LogHead Head, IReadOnlyList<Epoch> Epochs, Checkpoint? Checkpoint)
{
    public static LogState Empty { get; } = new(LogHead.Empty, [], null);

    /// <summary>Reads head, history and checkpoint from the file, in the session's transaction.</summary>
    public static LogState Read(SqliteSession session)
    {
        var statement = session.Statement(LogSql.ReadHead);
        if (!statement.Step()) return Empty;
        var head = LogRow.ReadHead(statement);
        var checkpoint = LogRow.ReadCheckpoint(statement, head);
        statement.Reset();
        return new LogState(head, ReadEpochs(session, head.Position), checkpoint);
    }

    /// <summary>The history, read from the records themselves.</summary>
    public static IReadOnlyList<Epoch> ReadEpochs(SqliteSession session, Position head)
    {
        var payloads = new List<ReadOnlyMemory<byte>>();
        var statement = session.Statement(LogSql.ReadEpochs).Bind(1, RecordKinds.Epoch);
        while (statement.Step())
            payloads.Add(statement.Blob(0).ToArray());
        return EpochHistory.Read(payloads, head);
    }
}
