using Dapper;
using Hierarchy.Domain;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>The versions of one room's tables. Migrations only go forward: each entry takes them from the version before, one statement a string.</summary>
/// <param name="Room">Names the row of `schema_version`.</param>
/// <param name="Name">What the tables are, for people.</param>
/// <param name="Migrations">From nothing to version 1, to version 2, …</param>
internal sealed record SqlServerSchema(string Room, string Name, IReadOnlyList<IReadOnlyList<string>> Migrations)
{
    internal const string CreateVersions = "CREATE TABLE hierarchy.schema_version (room varchar(32) NOT NULL PRIMARY KEY, version int NOT NULL)";

    internal const string HasVersions = "SELECT CASE WHEN OBJECT_ID(N'hierarchy.schema_version', N'U') IS NULL THEN 0 ELSE 1 END";

    internal const string AddRoom =
        "INSERT INTO hierarchy.schema_version (room, version) SELECT @room, 0 WHERE NOT EXISTS (SELECT 1 FROM hierarchy.schema_version WHERE room = @room)";

    internal const string LockRoom = "UPDATE hierarchy.schema_version SET version = version WHERE room = @room";

    internal const string ReadVersion = "SELECT version FROM hierarchy.schema_version WHERE room = @room";

    internal const string WriteVersion = "UPDATE hierarchy.schema_version SET version = @version WHERE room = @room";

    /// <summary>Brings the tables to the newest version. Servers that start at once wait for each other at the room's row, and the later ones find the work done.</summary>
    /// <exception cref="IntegrityException">The tables are of a later version of this program.</exception>
    public void Migrate(SqlServerDatabase database)
    {
        MakeVersions(database);
        database.TransactOverDuplicates((connection, transaction) => connection.Execute(database.Sql(AddRoom), new { room = Room }, transaction, database.Timeout));
        database.Transact((connection, transaction) =>
        {
            connection.Execute(database.Sql(LockRoom), new { room = Room }, transaction, database.Timeout);
            var version = connection.ExecuteScalar<int>(database.Sql(ReadVersion), new { room = Room }, transaction, database.Timeout);
            if (version > Migrations.Count)
                throw new IntegrityException(
                    $"{database.Name}: the tables of this {Name} have version {version}, and this program knows {Migrations.Count} at most. Update the program, or restore a backup from before its update.");
            foreach (var statement in Migrations.Skip(version).SelectMany(migration => migration))
                connection.Execute(database.Sql(statement), param: null, transaction, database.Timeout);
            if (version < Migrations.Count) connection.Execute(database.Sql(WriteVersion), new { room = Room, version = Migrations.Count }, transaction, database.Timeout);
            return version;
        });
    }

    // Whoever makes them second is told that they are there; what counts is that they are.
    private static void MakeVersions(SqlServerDatabase database)
    {
        if (Has(database)) return;
        MakeUnless(database, $"CREATE SCHEMA {database.Schema}", connection => connection.ExecuteScalar<int>("SELECT CASE WHEN SCHEMA_ID(@schema) IS NULL THEN 0 ELSE 1 END", new { schema = database.Schema }) != 0);
        MakeUnless(database, database.Sql(CreateVersions), connection => connection.ExecuteScalar<int>(database.Sql(HasVersions)) != 0);
    }

    private static bool Has(SqlServerDatabase database) =>
        database.Run(connection => connection.ExecuteScalar<int>(database.Sql(HasVersions), param: null, transaction: null, database.Timeout) != 0);

    private static void MakeUnless(SqlServerDatabase database, string statement, Func<SqlConnection, bool> isThere) => database.Run(connection =>
    {
        if (isThere(connection)) return 0;
        try
        {
            return connection.Execute(statement, param: null, transaction: null, database.Timeout);
        }
        catch (SqlException) when (isThere(connection))
        {
            return 0;
        }
    });
}
