namespace Hierarchy.Storage.Sqlite;

/// <summary>The tables of a change log and the statements on them. An authority's file and a mirror's are of one shape: a replica that is promoted goes on with the file it has.</summary>
/// <remarks>
/// Two b-trees a record and no more: the table by sequence, the unique index by kind and key. The index over tombstones holds tombstones only.
/// </remarks>
internal static class LogSql
{
    public static readonly SqliteSchema Schema = new(
        0x48_4C_4F_47,
        "change log",
        [
            [
                "CREATE TABLE record (sequence INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key BLOB NOT NULL, payload BLOB)",
                "CREATE UNIQUE INDEX record_key ON record (kind, key)",
                "CREATE INDEX record_tombstone ON record (sequence) WHERE payload IS NULL",
                """
                CREATE TABLE log_head (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    log BLOB NOT NULL, epoch INTEGER NOT NULL, epoch_id BLOB NOT NULL, sequence INTEGER NOT NULL,
                    floor INTEGER NOT NULL, count INTEGER NOT NULL, digest BLOB NOT NULL,
                    checkpoint_time INTEGER NOT NULL, checkpoint_signature BLOB NOT NULL)
                """,
                "CREATE TABLE revision_numbers (id INTEGER PRIMARY KEY CHECK (id = 1), reserved INTEGER NOT NULL)",
                """
                CREATE TABLE staging (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    mode INTEGER NOT NULL, direct INTEGER NOT NULL, through INTEGER NOT NULL, source_floor INTEGER NOT NULL, source_head INTEGER NOT NULL, count INTEGER NOT NULL, digest BLOB NOT NULL)
                """,
                "CREATE TABLE staged (sequence INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key BLOB NOT NULL, payload BLOB)",
                "CREATE UNIQUE INDEX staged_key ON staged (kind, key)",
            ],
        ]);

    public const string ReadHead = "SELECT sequence, epoch, floor, log, epoch_id, count, digest, checkpoint_time, checkpoint_signature FROM log_head";

    public const string WriteHead =
        """
        INSERT INTO log_head (id, log, epoch, epoch_id, sequence, floor, count, digest, checkpoint_time, checkpoint_signature) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (id) DO UPDATE SET log = ?1, epoch = ?2, epoch_id = ?3, sequence = ?4, floor = ?5, count = ?6, digest = ?7, checkpoint_time = ?8, checkpoint_signature = ?9
        """;

    public const string Vouch = "UPDATE log_head SET checkpoint_time = ?1, checkpoint_signature = x'' WHERE checkpoint_time = 0";

    public const string ReadPage = "SELECT sequence, kind, key, payload FROM record WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";

    public const string Find = "SELECT sequence, payload FROM record WHERE kind = ?1 AND key = ?2";

    public const string ReadKind = "SELECT sequence, key, payload FROM record WHERE kind = ?1 AND payload IS NOT NULL ORDER BY key DESC LIMIT ?2 OFFSET ?3";

    public const string ReadKindBelow = "SELECT sequence, key, payload FROM record WHERE kind = ?1 AND key < ?4 AND payload IS NOT NULL ORDER BY key DESC LIMIT ?2 OFFSET ?3";

    public const string Put = "INSERT OR REPLACE INTO record (sequence, kind, key, payload) VALUES (?1, ?2, ?3, ?4)";

    public const string DropTombstones = "DELETE FROM record WHERE payload IS NULL AND sequence <= ?1";

    public const string ReadEpochs = "SELECT payload FROM record WHERE kind = ?1 AND payload IS NOT NULL";

    public const string ReadRevisionNumbers = "SELECT reserved FROM revision_numbers";

    public const string ReadStaging = "SELECT mode, direct, through, source_floor, source_head, count, digest FROM staging";

    public const string WriteStaging =
        """
        INSERT INTO staging (id, mode, direct, through, source_floor, source_head, count, digest) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (id) DO UPDATE SET mode = ?1, direct = ?2, through = ?3, source_floor = ?4, source_head = ?5, count = ?6, digest = ?7
        """;

    public const string DropStaging = "DELETE FROM staging";

    public const string DropStaged = "DELETE FROM staged";

    public const string DropRecords = "DELETE FROM record";

    public const string Stage = "INSERT OR IGNORE INTO staged (sequence, kind, key, payload) VALUES (?1, ?2, ?3, ?4)";

    public const string FindStaged = "SELECT sequence, payload FROM staged WHERE kind = ?1 AND key = ?2";

    public const string DropStagedRecord = "DELETE FROM staged WHERE sequence = ?1";

    public const string StageDirectly = "INSERT OR IGNORE INTO record (sequence, kind, key, payload) VALUES (?1, ?2, ?3, ?4)";

    public const string DropRecord = "DELETE FROM record WHERE sequence = ?1";

    public const string ReadStagedEpochs = "SELECT payload FROM staged WHERE kind = ?1 AND payload IS NOT NULL";

    public const string ReadLoss =
        """
        SELECT sequence, kind, key, payload FROM record WHERE sequence > ?1 AND NOT EXISTS (
            SELECT 1 FROM staged WHERE staged.sequence = record.sequence AND staged.kind = record.kind AND staged.key = record.key AND staged.payload IS record.payload)
        ORDER BY sequence LIMIT ?2
        """;

    public const string ReadReplacedByStaged =
        "SELECT record.sequence, record.kind, record.key, record.payload FROM staged CROSS JOIN record ON record.kind = staged.kind AND record.key = staged.key WHERE record.payload IS NOT NULL";

    public const string FoldStaged = "INSERT OR REPLACE INTO record (sequence, kind, key, payload) SELECT sequence, kind, key, payload FROM staged ORDER BY sequence";
}
