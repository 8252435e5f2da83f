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
            [
                // Statuses in blocks. What the table of version 1 holds is packed by StatusMigration, which then drops it.
                "DROP INDEX status_outbox",
                "DROP INDEX status_update",
                "ALTER TABLE status RENAME TO status_1",
                "ALTER TABLE outbox ADD COLUMN root_life BLOB NOT NULL DEFAULT x'00000000000000000000000000000000'",
                "ALTER TABLE outbox ADD COLUMN clean INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE outbox ADD COLUMN \"full\" INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE computer ADD COLUMN status_incarnation INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE computer ADD COLUMN scope INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE computer ADD COLUMN states BLOB NOT NULL DEFAULT x''",
                "CREATE TABLE update_number (id INTEGER PRIMARY KEY, update_id BLOB NOT NULL UNIQUE)",
                "CREATE TABLE user_number (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
                "CREATE TABLE scope (id INTEGER PRIMARY KEY, groups BLOB NOT NULL UNIQUE)",
                // The key is computer, user and part in one number: see BlockId. Blocks of one computer lie side by side.
                "CREATE TABLE block (id INTEGER PRIMARY KEY, outbox INTEGER NOT NULL, data BLOB NOT NULL)",
                "CREATE UNIQUE INDEX block_outbox ON block (outbox)",
                // The key is part and set of groups in one number: the counts of one update lie side by side.
                "CREATE TABLE status_count (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
            ],
            [
                // Which opening of the store gave which numbers, and of which one the numbers of children are.
                "CREATE TABLE outbox_chapters (id INTEGER PRIMARY KEY CHECK (id = 1), data BLOB NOT NULL)",
                "ALTER TABLE child ADD COLUMN chapter BLOB NOT NULL DEFAULT x'00000000000000000000000000000000'",
            ],
            [
                // What rules place computers by. The offset is in ticks.
                "ALTER TABLE computer ADD COLUMN os_version TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE computer ADD COLUMN manufacturer TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE computer ADD COLUMN model TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE computer ADD COLUMN utc_offset INTEGER",
            ],
            [
                // What an agent found of Office, as JSON; NULL where there is no agent.
                "ALTER TABLE computer ADD COLUMN office TEXT NULL",
            ],
        ]);

    public const string ReadOutbox = "SELECT incarnation, head, rooted, root_life, clean, \"full\" FROM outbox";

    public const string CreateOutbox = "INSERT INTO outbox (id, incarnation, head, rooted) VALUES (1, ?1, 0, 0)";

    public const string WriteOutbox = "UPDATE outbox SET incarnation = ?1, head = ?2, rooted = ?3, root_life = ?4, clean = ?5, \"full\" = ?6";

    public const string ReadChapters = "SELECT data FROM outbox_chapters";

    public const string WriteChapters = "INSERT INTO outbox_chapters (id, data) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET data = ?1";

    private const string ComputerColumns = "outbox, computer_id, incarnation, counter, name, address, operating_system, groups, server_id, reported_at, os_version, manufacturer, model, utc_offset, office";

    public const string FindComputerRow = $"SELECT {ComputerColumns}, id, status_incarnation, scope, states FROM computer WHERE computer_id = ?1";

    public const string AddComputer =
        """
        INSERT INTO computer (computer_id, outbox, incarnation, counter, name, address, operating_system, groups, server_id, reported_at) VALUES (?1, NULL, 0, 0, '', '', '', '[]', '', 0)
        RETURNING id
        """;

    public const string PutComputer =
        """
        UPDATE computer SET outbox = ?2, incarnation = ?3, counter = ?4, name = ?5, address = ?6, operating_system = ?7, groups = ?8, server_id = ?9, reported_at = ?10,
            status_incarnation = ?11, scope = ?12, states = ?13, os_version = ?14, manufacturer = ?15, model = ?16, utc_offset = ?17, office = ?18
        WHERE id = ?1
        """;

    public const string PutCountedComputer = "UPDATE computer SET status_incarnation = ?2, scope = ?3, states = ?4 WHERE id = ?1";

    public const string AddUpdate = "INSERT INTO update_number (update_id) VALUES (?1) RETURNING id";

    public const string AddUser = "INSERT INTO user_number (name) VALUES (?1) RETURNING id";

    public const string AddScope = "INSERT INTO scope (groups) VALUES (?1) RETURNING id";

    public const string ListUpdates = "SELECT id, update_id FROM update_number";

    public const string ListUsers = "SELECT id, name FROM user_number";

    public const string ListScopes = "SELECT id, groups FROM scope";

    public const string FindUpdate = "SELECT update_id FROM update_number WHERE id = ?1";

    public const string FindUser = "SELECT name FROM user_number WHERE id = ?1";

    public const string FindScope = "SELECT groups FROM scope WHERE id = ?1";

    public const string ReadBlock = "SELECT outbox, data FROM block WHERE id = ?1";

    public const string PutBlock = "INSERT INTO block (id, outbox, data) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET outbox = ?2, data = ?3";

    public const string ListBlockIds = "SELECT id FROM block WHERE id BETWEEN ?1 AND ?2";

    public const string DeleteBlocks = "DELETE FROM block WHERE id BETWEEN ?1 AND ?2";

    public const string ReadCounts = "SELECT data FROM status_count WHERE id = ?1";

    public const string PutCounts = "INSERT INTO status_count (id, data) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET data = ?2";

    public const string ListCountsOfPart = "SELECT id, data FROM status_count WHERE id BETWEEN ?1 AND ?2";

    // A newer incarnation of the child's outbox is the only one that it will ever use again.
    public const string DropOtherLives = "DELETE FROM child WHERE server_id = ?1 AND incarnation <> ?2";

    public const string DropMarksOfOtherLives = "DELETE FROM child_mark WHERE server_id = ?1 AND incarnation <> ?2";

    public const string PutChild =
        """
        INSERT INTO child (server_id, incarnation, received, rooted, chapter) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (server_id, incarnation) DO UPDATE
        SET received = max(received, ?3), rooted = max(rooted, ?4), chapter = CASE WHEN ?3 >= received THEN ?5 ELSE chapter END
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

    public const string DropAllChildMarks = "DELETE FROM child_mark";

    public const string DropChildren = "DELETE FROM child";

    public const string UnrootChildren = "UPDATE child SET rooted = 0";

    public const string MarkAllChildren = "INSERT INTO child_mark (server_id, incarnation, own, through) SELECT server_id, incarnation, ?1, received FROM child";

    public const string FindChild = "SELECT received, rooted, chapter FROM child WHERE server_id = ?1 AND incarnation = ?2";

    public const string ReadComputersAfter = $"SELECT {ComputerColumns} FROM computer WHERE outbox > ?1 ORDER BY outbox LIMIT ?2";

    public const string ReadBlocksAfter =
        """
        SELECT block.outbox, block.id, data, computer_id, status_incarnation FROM block CROSS JOIN computer ON computer.id = block.id >> 35
        WHERE block.outbox > ?1 ORDER BY block.outbox LIMIT ?2
        """;

    public const string FindComputer = $"SELECT {ComputerColumns}, states, scope FROM computer WHERE computer_id = ?1 AND outbox IS NOT NULL";

    public const string ListComputers = $"SELECT {ComputerColumns}, states, scope FROM computer WHERE outbox IS NOT NULL ORDER BY name, computer_id";

    public const string ListBlocksOfComputer =
        "SELECT block.outbox, block.id, data, computer_id, status_incarnation FROM computer CROSS JOIN block ON block.id BETWEEN computer.id << 35 AND (computer.id << 35) | 0x7FFFFFFFF WHERE computer_id = ?1";

    public const string ListBlocksOfPart =
        "SELECT block.outbox, block.id, data, computer_id, status_incarnation FROM block CROSS JOIN computer ON computer.id = block.id >> 35 WHERE block.id & 0x7FFF = ?1";
}
