namespace Hierarchy.Storage.Sqlite;

/// <summary>The tables of reports and of the outbox towards the parent, and the statements on them.</summary>
internal static class ReportSql
{
    // A computer whose statuses came before its own report has a row without an outbox number: a key for the statuses, and nothing to show or send.
    public static readonly SqliteSchema Schema = new(
        0x48_52_50_54,
        "report store",
        [
            [
                "CREATE TABLE outbox (id INTEGER PRIMARY KEY CHECK (id = 1), incarnation BLOB NOT NULL, head INTEGER NOT NULL, rooted INTEGER NOT NULL)",
                """
                CREATE TABLE computer (
                    id INTEGER PRIMARY KEY, computer_id TEXT NOT NULL UNIQUE, outbox INTEGER UNIQUE, incarnation INTEGER NOT NULL, counter INTEGER NOT NULL,
                    name TEXT NOT NULL, address TEXT NOT NULL, operating_system TEXT NOT NULL, groups TEXT NOT NULL, server_id TEXT NOT NULL, reported_at INTEGER NOT NULL)
                """,
                """
                CREATE TABLE status (
                    computer INTEGER NOT NULL, update_id BLOB NOT NULL, outbox INTEGER NOT NULL, incarnation INTEGER NOT NULL, counter INTEGER NOT NULL,
                    revision INTEGER NOT NULL, state INTEGER NOT NULL, result INTEGER NOT NULL, time INTEGER NOT NULL,
                    PRIMARY KEY (computer, update_id)) WITHOUT ROWID
                """,
                "CREATE UNIQUE INDEX status_outbox ON status (outbox)",
                "CREATE INDEX status_update ON status (update_id)",
                """
                CREATE TABLE child (
                    server_id TEXT NOT NULL, incarnation BLOB NOT NULL, received INTEGER NOT NULL, rooted INTEGER NOT NULL, PRIMARY KEY (server_id, incarnation)) WITHOUT ROWID
                """,
                """
                CREATE TABLE child_mark (
                    server_id TEXT NOT NULL, incarnation BLOB NOT NULL, own INTEGER NOT NULL, through INTEGER NOT NULL, PRIMARY KEY (server_id, incarnation, own)) WITHOUT ROWID
                """,
                "CREATE INDEX child_mark_own ON child_mark (own)",
            ],
        ]);

    public const string ReadOutboxHead = "SELECT incarnation, head, rooted FROM outbox";

    public const string CreateOutbox = "INSERT INTO outbox (id, incarnation, head, rooted) VALUES (1, ?1, 0, 0)";

    public const string WriteOutboxHead = "UPDATE outbox SET head = ?1, rooted = ?2";

    public const string PutComputer =
        """
        INSERT INTO computer (computer_id, outbox, incarnation, counter, name, address, operating_system, groups, server_id, reported_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (computer_id) DO UPDATE SET outbox = ?2, incarnation = ?3, counter = ?4, name = ?5, address = ?6, operating_system = ?7, groups = ?8, server_id = ?9, reported_at = ?10
        WHERE outbox IS NULL OR (?3, ?4) > (incarnation, counter)
        """;

    public const string FindComputer = "SELECT id FROM computer WHERE computer_id = ?1";

    public const string PutUnknownComputer =
        """
        INSERT INTO computer (computer_id, outbox, incarnation, counter, name, address, operating_system, groups, server_id, reported_at) VALUES (?1, NULL, 0, 0, '', '', '', '[]', '', 0)
        RETURNING id
        """;

    // The revision breaks a tie within one report, so that the order of merging never matters.
    public const string PutStatus =
        """
        INSERT INTO status (computer, update_id, outbox, incarnation, counter, revision, state, result, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (computer, update_id) DO UPDATE SET outbox = ?3, incarnation = ?4, counter = ?5, revision = ?6, state = ?7, result = ?8, time = ?9
        WHERE (?4, ?5, ?6) > (incarnation, counter, revision)
        """;

    public const string PutChild =
        """
        INSERT INTO child (server_id, incarnation, received, rooted) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (server_id, incarnation) DO UPDATE SET received = max(received, ?3), rooted = max(rooted, ?4)
        """;

    public const string PutChildMark =
        """
        INSERT INTO child_mark (server_id, incarnation, own, through) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (server_id, incarnation, own) DO UPDATE SET through = max(through, ?4)
        """;

    public const string RootChildren =
        """
        UPDATE child SET rooted = max(rooted, coalesce(
            (SELECT max(through) FROM child_mark WHERE child_mark.server_id = child.server_id AND child_mark.incarnation = child.incarnation AND own <= ?1), 0))
        """;

    public const string DropChildMarks = "DELETE FROM child_mark WHERE own <= ?1";

    public const string FindChild = "SELECT received, rooted FROM child WHERE server_id = ?1 AND incarnation = ?2";

    public const string ReadComputersAfter =
        """
        SELECT outbox, computer_id, incarnation, counter, name, address, operating_system, groups, server_id, reported_at FROM computer WHERE outbox > ?1 ORDER BY outbox LIMIT ?2
        """;

    public const string ReadStatusesAfter =
        """
        SELECT status.outbox, computer_id, status.incarnation, status.counter, update_id, revision, state, result, time
        FROM status CROSS JOIN computer ON computer.id = status.computer WHERE status.outbox > ?1 ORDER BY status.outbox LIMIT ?2
        """;

    public const string ListComputers =
        """
        SELECT outbox, computer_id, incarnation, counter, name, address, operating_system, groups, server_id, reported_at FROM computer WHERE outbox IS NOT NULL ORDER BY name, computer_id
        """;

    public const string ListStatusesOfComputer =
        """
        SELECT status.outbox, computer_id, status.incarnation, status.counter, update_id, revision, state, result, time
        FROM computer CROSS JOIN status ON status.computer = computer.id WHERE computer_id = ?1 ORDER BY update_id
        """;

    public const string ListStatusesOfUpdate =
        """
        SELECT status.outbox, computer_id, status.incarnation, status.counter, update_id, revision, state, result, time
        FROM status CROSS JOIN computer ON computer.id = status.computer WHERE update_id = ?1 ORDER BY computer_id
        """;
}
