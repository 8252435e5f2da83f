namespace Hierarchy.Storage.SqlServer;

/// <summary>The tables of reports and of the outbox towards the parent, and the statements on them.</summary>
/// <remarks>
/// The row of `report_outbox` is changed first, under the condition that nobody has written since, and its lock is held to the commit, as the head of the log is. No computer id and no name is told
/// apart by a collation: they are bytes.
/// </remarks>
internal static class ReportTables
{
    public static readonly SqlServerSchema Schema = new(
        "reports",
        "report store",
        [
            [
                """
                CREATE TABLE hierarchy.report_outbox (
                    id int NOT NULL PRIMARY KEY,
                    incarnation uniqueidentifier NOT NULL,
                    head_number bigint NOT NULL,
                    rooted_number bigint NOT NULL,
                    root_life uniqueidentifier NOT NULL,
                    clean_number bigint NOT NULL,
                    full_number bigint NOT NULL,
                    writes bigint NOT NULL)
                """,
                """
                INSERT INTO hierarchy.report_outbox (id, incarnation, head_number, rooted_number, root_life, clean_number, full_number, writes)
                VALUES (1, '00000000-0000-0000-0000-000000000000', 0, 0, '00000000-0000-0000-0000-000000000000', 0, 0, 0)
                """,
                """
                CREATE TABLE hierarchy.report_computer (
                    id bigint NOT NULL PRIMARY KEY,
                    computer_id varbinary(1600) NOT NULL,
                    outbox_number bigint NULL,
                    status_incarnation bigint NOT NULL,
                    scope int NOT NULL,
                    states varbinary(512) NOT NULL,
                    report varbinary(max) NULL)
                """,
                "CREATE UNIQUE INDEX report_computer_by_id ON hierarchy.report_computer (computer_id)",
                "CREATE INDEX report_computer_by_number ON hierarchy.report_computer (outbox_number)",
                """
                CREATE TABLE hierarchy.report_block (
                    id bigint NOT NULL PRIMARY KEY,
                    computer bigint NOT NULL,
                    part int NOT NULL,
                    outbox_number bigint NOT NULL,
                    data varbinary(max) NOT NULL)
                """,
                "CREATE UNIQUE INDEX report_block_by_number ON hierarchy.report_block (outbox_number)",
                "CREATE INDEX report_block_by_computer ON hierarchy.report_block (computer)",
                "CREATE TABLE hierarchy.report_count (id bigint NOT NULL PRIMARY KEY, data varbinary(max) NOT NULL)",
                "CREATE TABLE hierarchy.report_number (kind int NOT NULL, id int NOT NULL, value varbinary(max) NOT NULL, PRIMARY KEY (kind, id))",
                """
                CREATE TABLE hierarchy.report_child (
                    server_id varbinary(512) NOT NULL PRIMARY KEY,
                    incarnation uniqueidentifier NOT NULL,
                    received_number bigint NOT NULL,
                    rooted_number bigint NOT NULL,
                    marks varbinary(max) NOT NULL)
                """,
            ],
            [
                // Which opening of the store gave which numbers, and of which one the numbers of children are.
                "ALTER TABLE hierarchy.report_outbox ADD chapters varbinary(max) NOT NULL DEFAULT 0x",
                "ALTER TABLE hierarchy.report_child ADD chapter uniqueidentifier NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'",
            ],
        ]);

    public const string ReadOutboxRow =
        """
        SELECT incarnation AS Incarnation, head_number AS Head, rooted_number AS Rooted, root_life AS RootLife, clean_number AS Clean, full_number AS FullThrough, writes AS Writes,
            chapters AS Chapters
        FROM hierarchy.report_outbox WHERE id = 1
        """;

    public const string WriteOutboxRow =
        """
        UPDATE hierarchy.report_outbox
        SET incarnation = @incarnation, head_number = @head, rooted_number = @rooted, root_life = @rootLife, clean_number = @clean, full_number = @fullThrough, writes = writes + 1
        WHERE id = 1 AND writes = @knownWrites
        """;

    public const string WriteChapters = "UPDATE hierarchy.report_outbox SET chapters = @chapters WHERE id = 1";

    public const string LastComputer = "SELECT COALESCE(MAX(id), 0) FROM hierarchy.report_computer";

    public const string ListNumbers = "SELECT kind AS Kind, id AS Id, value AS Value FROM hierarchy.report_number";

    public const string FindNumber = "SELECT value FROM hierarchy.report_number WHERE kind = @kind AND id = @id";

    public const string ListChildren =
        "SELECT server_id AS ServerId, incarnation AS Incarnation, received_number AS Received, rooted_number AS Rooted, marks AS Marks, chapter AS Chapter FROM hierarchy.report_child";

    private const string ComputerColumns =
        "SELECT id AS Id, computer_id AS ComputerId, outbox_number AS Outbox, status_incarnation AS StatusIncarnation, scope AS Scope, states AS States, report AS Report FROM hierarchy.report_computer";

    /// <summary>Followed by a list of ids in brackets.</summary>
    public const string FindComputers = $"{ComputerColumns} WHERE computer_id IN ";

    public const string ListComputers = $"{ComputerColumns} WHERE outbox_number IS NOT NULL";

    public const string ReadComputersAfter =
        """
        SELECT TOP (@limit) id AS Id, computer_id AS ComputerId, outbox_number AS Outbox, status_incarnation AS StatusIncarnation, scope AS Scope, states AS States, report AS Report
        FROM hierarchy.report_computer WHERE outbox_number > @after ORDER BY outbox_number
        """;

    /// <summary>Followed by a list of numbers in brackets.</summary>
    public const string FindBlocks =
        "SELECT id AS Id, computer AS Computer, part AS Part, outbox_number AS Outbox, data AS Data FROM hierarchy.report_block WHERE computer IN ";

    public const string ReadBlocksAfter =
        """
        SELECT TOP (@limit) block.id AS Id, block.computer AS Computer, block.part AS Part, block.outbox_number AS Outbox, block.data AS Data,
            computer.computer_id AS ComputerId, computer.status_incarnation AS StatusIncarnation
        FROM hierarchy.report_block AS block INNER JOIN hierarchy.report_computer AS computer ON computer.id = block.computer
        WHERE block.outbox_number > @after ORDER BY block.outbox_number
        """;

    private const string JoinedBlocks =
        """
        SELECT block.id AS Id, block.computer AS Computer, block.part AS Part, block.outbox_number AS Outbox, block.data AS Data,
            computer.computer_id AS ComputerId, computer.status_incarnation AS StatusIncarnation
        FROM hierarchy.report_block AS block INNER JOIN hierarchy.report_computer AS computer ON computer.id = block.computer
        """;

    public const string ListBlocksOfComputer = $"{JoinedBlocks} WHERE computer.computer_id = @computerId";

    public const string ListBlocksOfPart = $"{JoinedBlocks} WHERE block.part = @part";

    public const string FindCounts = "SELECT data FROM hierarchy.report_count WHERE id = @id";

    public const string ListCounts = "SELECT id AS Id, data AS Data FROM hierarchy.report_count WHERE id BETWEEN @first AND @last ORDER BY id";

    /// <summary>Followed by a list of numbers in brackets.</summary>
    public const string RemoveComputers = "DELETE FROM hierarchy.report_computer WHERE id IN ";

    /// <summary>Followed by a list of numbers in brackets.</summary>
    public const string RemoveBlocks = "DELETE FROM hierarchy.report_block WHERE id IN ";

    /// <summary>Followed by a list of numbers in brackets.</summary>
    public const string RemoveCounts = "DELETE FROM hierarchy.report_count WHERE id IN ";

    /// <summary>Followed by a list of ids in brackets.</summary>
    public const string RemoveChildren = "DELETE FROM hierarchy.report_child WHERE server_id IN ";
}
