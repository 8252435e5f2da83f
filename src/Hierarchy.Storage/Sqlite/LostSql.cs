namespace Hierarchy.Storage.Sqlite;

/// <summary>The tables of the archive of losses and the statements on them.</summary>
internal static class LostSql
{
    public static readonly SqliteSchema Schema = new(
        0x48_4C_4F_53,
        "archive of losses",
        [
            [
                """
                CREATE TABLE loss (
                    id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, reason TEXT NOT NULL,
                    before_log BLOB NOT NULL, before_epoch INTEGER NOT NULL, before_epoch_id BLOB NOT NULL, before_sequence INTEGER NOT NULL,
                    common INTEGER NOT NULL,
                    after_log BLOB NOT NULL, after_epoch INTEGER NOT NULL, after_epoch_id BLOB NOT NULL, after_sequence INTEGER NOT NULL,
                    records INTEGER NOT NULL)
                """,
                "CREATE UNIQUE INDEX loss_before ON loss (before_log, before_epoch_id, before_sequence)",
                "CREATE TABLE lost_record (loss INTEGER NOT NULL, sequence INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, payload BLOB, PRIMARY KEY (loss, sequence)) WITHOUT ROWID",
            ],
        ]);

    public const string Count = "SELECT coalesce(sum(records), 0) FROM loss";

    public const string Find = "SELECT id FROM loss WHERE before_log = ?1 AND before_epoch_id = ?2 AND before_sequence = ?3";

    public const string Put =
        """
        INSERT INTO loss (id, time, reason, before_log, before_epoch, before_epoch_id, before_sequence, common, after_log, after_epoch, after_epoch_id, after_sequence, records)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0)
        ON CONFLICT (id) DO UPDATE SET time = ?2, reason = ?3, common = ?8, after_log = ?9, after_epoch = ?10, after_epoch_id = ?11, after_sequence = ?12, records = 0
        """;

    public const string SetRecords = "UPDATE loss SET records = ?2 WHERE id = ?1";

    public const string PutRecord = "INSERT INTO lost_record (loss, sequence, kind, key, payload) VALUES (?1, ?2, ?3, ?4, ?5)";

    public const string DropRecords = "DELETE FROM lost_record WHERE loss = ?1";

    public const string Drop = "DELETE FROM loss WHERE id = ?1";

    public const string List =
        """
        SELECT id, time, reason, before_log, before_epoch, before_epoch_id, before_sequence, common, after_log, after_epoch, after_epoch_id, after_sequence, records FROM loss ORDER BY id DESC
        """;

    public const string Read = "SELECT sequence, kind, key, payload FROM lost_record WHERE loss = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3";
}
