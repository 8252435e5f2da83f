namespace Hierarchy.Storage.SqlServer;

/// <summary>The tables of a change log and the statements on them. An authority's tables and a mirror's are the same: a replica that is promoted goes on with those it has.</summary>
/// <remarks>
/// The row of `log_head` gives the order: whoever writes changes it first, under the condition that it is as it was when the changes were worked out, and holds its lock until the commit. Names are
/// none of the language's words, and sizes keep to its limits: an index has at most 517 bytes of key here, and may have 1,700.
/// </remarks>
internal static class LogTables
{
    public static readonly SqlServerSchema Schema = new(
        "log",
        "change log",
        [
            [
                """
                CREATE TABLE hierarchy.record (
                    sequence bigint NOT NULL PRIMARY KEY,
                    kind int NOT NULL,
                    record_key varbinary(513) NOT NULL,
                    payload varbinary(max) NULL)
                """,
                "CREATE UNIQUE INDEX record_by_key ON hierarchy.record (kind, record_key)",
                """
                CREATE TABLE hierarchy.log_head (
                    id int NOT NULL PRIMARY KEY,
                    log_id uniqueidentifier NOT NULL,
                    epoch int NOT NULL,
                    epoch_id uniqueidentifier NOT NULL,
                    sequence bigint NOT NULL,
                    floor_sequence bigint NOT NULL,
                    live_count bigint NOT NULL,
                    digest varbinary(2048) NOT NULL,
                    checkpoint_ticks bigint NOT NULL,
                    checkpoint_signature varbinary(512) NOT NULL,
                    writes bigint NOT NULL)
                """,
                """
                INSERT INTO hierarchy.log_head (id, log_id, epoch, epoch_id, sequence, floor_sequence, live_count, digest, checkpoint_ticks, checkpoint_signature, writes)
                VALUES (1, '00000000-0000-0000-0000-000000000000', 0, '00000000-0000-0000-0000-000000000000', 0, 0, 0, 0x00, 0, 0x00, 0)
                """,
                """
                CREATE TABLE hierarchy.staging (
                    id int NOT NULL PRIMARY KEY,
                    mode int NOT NULL,
                    through_sequence bigint NOT NULL,
                    source_floor bigint NOT NULL,
                    source_head bigint NOT NULL,
                    live_count bigint NOT NULL,
                    digest varbinary(2048) NOT NULL)
                """,
                "INSERT INTO hierarchy.staging (id, mode, through_sequence, source_floor, source_head, live_count, digest) VALUES (1, 0, 0, 0, 0, 0, 0x00)",
                """
                CREATE TABLE hierarchy.staged (
                    sequence bigint NOT NULL PRIMARY KEY,
                    kind int NOT NULL,
                    record_key varbinary(513) NOT NULL,
                    payload varbinary(max) NULL)
                """,
                "CREATE UNIQUE INDEX staged_by_key ON hierarchy.staged (kind, record_key)",
            ],
        ]);

    public const string ReadHead =
        """
        SELECT log_id AS LogId, epoch AS Epoch, epoch_id AS EpochId, sequence AS Sequence, floor_sequence AS Floor, live_count AS LiveCount, digest AS Digest,
            checkpoint_ticks AS CheckpointTicks, checkpoint_signature AS CheckpointSignature, writes AS Writes
        FROM hierarchy.log_head WHERE id = 1
        """;

    // The fence: the number of writes counts every transaction, so a head that stands where it stood is the very same state; the epoch's id keeps out a server whose epoch is over.
    public const string WriteHead =
        """
        UPDATE hierarchy.log_head
        SET log_id = @logId, epoch = @epoch, epoch_id = @epochId, sequence = @sequence, floor_sequence = @floor, live_count = @liveCount, digest = @digest,
            checkpoint_ticks = @checkpointTicks, checkpoint_signature = @checkpointSignature, writes = writes + 1
        WHERE id = 1 AND epoch_id = @knownEpochId AND sequence = @knownSequence AND writes = @knownWrites
        """;

    // Whatever wrote under the number before has committed when this has the row's lock, or never will.
    public const string Fence = "UPDATE hierarchy.log_head SET writes = writes + 1 WHERE id = 1";

    public const string ReadEpochs = "SELECT payload FROM hierarchy.record WHERE kind = @kind AND payload IS NOT NULL";

    public const string ReadStagedEpochs = "SELECT payload FROM hierarchy.staged WHERE kind = @kind AND payload IS NOT NULL";

    // One row more than wanted tells whether this is the last page; what would not fit is not sent, except a first record that is too long alone.
    public const string ReadPage =
        """
        SELECT sequence AS Sequence, kind AS Kind, record_key AS RecordKey, payload AS Payload, available AS Available
        FROM (
            SELECT sequence, kind, record_key, payload, size,
                SUM(size) OVER (ORDER BY sequence ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS total,
                COUNT(*) OVER () AS available
            FROM (
                SELECT TOP (@limit) sequence, kind, record_key, payload, CAST(DATALENGTH(record_key) - 1 + COALESCE(DATALENGTH(payload), 0) AS bigint) AS size
                FROM hierarchy.record WHERE sequence > @after ORDER BY sequence) AS page) AS measured
        WHERE total <= @bytes OR total = size
        ORDER BY sequence
        """;

    public const string ReadSince = "SELECT sequence AS Sequence, kind AS Kind, record_key AS RecordKey, payload AS Payload FROM hierarchy.record WHERE sequence > @after ORDER BY sequence";

    public const string Find =
        "SELECT sequence AS Sequence, kind AS Kind, record_key AS RecordKey, payload AS Payload FROM hierarchy.record WHERE kind = @kind AND record_key = @key";

    public const string ReadKind =
        """
        SELECT sequence AS Sequence, kind AS Kind, record_key AS RecordKey, payload AS Payload
        FROM hierarchy.record WHERE kind = @kind AND payload IS NOT NULL
        ORDER BY record_key DESC OFFSET @skip ROWS FETCH NEXT @limit ROWS ONLY
        """;

    public const string ReadKindBelow =
        """
        SELECT sequence AS Sequence, kind AS Kind, record_key AS RecordKey, payload AS Payload
        FROM hierarchy.record WHERE kind = @kind AND record_key < @below AND payload IS NOT NULL
        ORDER BY record_key DESC OFFSET @skip ROWS FETCH NEXT @limit ROWS ONLY
        """;

    /// <summary>Followed by a list of keys and <see cref="FindManyEnd"/>.</summary>
    public const string FindMany =
        "SELECT stored.sequence AS Sequence, stored.kind AS Kind, stored.record_key AS RecordKey, stored.payload AS Payload FROM (VALUES ";

    public const string FindManyEnd = ") AS wanted (kind, record_key) INNER JOIN hierarchy.record AS stored ON stored.kind = wanted.kind AND stored.record_key = wanted.record_key";

    public const string FindManyStagedEnd = ") AS wanted (kind, record_key) INNER JOIN hierarchy.staged AS stored ON stored.kind = wanted.kind AND stored.record_key = wanted.record_key";

    /// <summary>Followed by a list of sequences in brackets.</summary>
    public const string Remove = "DELETE FROM hierarchy.record WHERE sequence IN ";

    /// <summary>Followed by a list of sequences in brackets.</summary>
    public const string RemoveStaged = "DELETE FROM hierarchy.staged WHERE sequence IN ";

    /// <summary>Followed by a list of rows.</summary>
    public const string Put = "INSERT INTO hierarchy.record (sequence, kind, record_key, payload) VALUES ";

    public const string DropTombstones = "DELETE FROM hierarchy.record WHERE payload IS NULL AND sequence > @above AND sequence <= @floor";

    public const string ReadStaging =
        """
        SELECT mode AS Mode, through_sequence AS Through, source_floor AS SourceFloor, source_head AS SourceHead, live_count AS LiveCount, digest AS Digest FROM hierarchy.staging WHERE id = 1
        """;

    public const string WriteStaging =
        """
        UPDATE hierarchy.staging SET mode = @mode, through_sequence = @through, source_floor = @sourceFloor, source_head = @sourceHead, live_count = @liveCount, digest = @digest WHERE id = 1
        """;

    public const string DropStaged = "DELETE FROM hierarchy.staged";

    public const string DropRecords = "DELETE FROM hierarchy.record";

    public const string ReadReplacedByStaged =
        """
        SELECT own.sequence AS Sequence, own.kind AS Kind, own.record_key AS RecordKey, own.payload AS Payload
        FROM hierarchy.staged AS staged INNER JOIN hierarchy.record AS own ON own.kind = staged.kind AND own.record_key = staged.record_key
        WHERE own.payload IS NOT NULL
        """;

    public const string DropReplacedByStaged =
        """
        DELETE FROM hierarchy.record
        WHERE sequence IN (
            SELECT own.sequence FROM hierarchy.record AS own INNER JOIN hierarchy.staged AS staged ON staged.kind = own.kind AND staged.record_key = own.record_key)
        """;

    public const string FoldStaged =
        "INSERT INTO hierarchy.record (sequence, kind, record_key, payload) SELECT sequence, kind, record_key, payload FROM hierarchy.staged";

    // Two values that differ in zeros at their ends are equal to the server: their lengths tell them apart.
    public const string ReadLoss =
        """
        SELECT sequence AS Sequence, kind AS Kind, record_key AS RecordKey, payload AS Payload, available AS Available
        FROM (
            SELECT sequence, kind, record_key, payload, size,
                SUM(size) OVER (ORDER BY sequence ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS total,
                COUNT(*) OVER () AS available
            FROM (
                SELECT TOP (@limit) sequence, kind, record_key, payload, CAST(DATALENGTH(record_key) - 1 + COALESCE(DATALENGTH(payload), 0) AS bigint) AS size
                FROM hierarchy.record AS own
                WHERE sequence > @after AND NOT EXISTS (
                    SELECT 1 FROM hierarchy.staged AS staged
                    WHERE staged.sequence = own.sequence AND staged.kind = own.kind AND staged.record_key = own.record_key
                        AND ((staged.payload IS NULL AND own.payload IS NULL) OR (staged.payload = own.payload AND DATALENGTH(staged.payload) = DATALENGTH(own.payload))))
                ORDER BY sequence) AS page) AS measured
        WHERE total <= @bytes OR total = size
        ORDER BY sequence
        """;
}
