using Hierarchy.Domain;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The versions of one kind of database file. Migrations only go forward: each entry takes the file from the version before, one statement a string.</summary>
/// <param name="ApplicationId">Stands in the file's header and says what the file is.</param>
/// <param name="Name">What the file is, for people.</param>
/// <param name="Migrations">From nothing to version 1, to version 2, …</param>
internal sealed record SqliteSchema(int ApplicationId, string Name, IReadOnlyList<IReadOnlyList<string>> Migrations)
{
    /// <summary>Brings the file to the newest version.</summary>
    /// <exception cref="IntegrityException">The file is something else, or of a later version of this program.</exception>
    public void Migrate(SqliteSession session, SqliteStoreOptions options)
    {
        var version = (int)session.Number("PRAGMA user_version");
        var application = (int)session.Number("PRAGMA application_id");
        var objects = session.Number("SELECT count(*) FROM sqlite_schema");
        if (application != ApplicationId && (application != 0 || version != 0 || objects != 0))
            throw SqliteErrors.Damaged(options.Path, $"it is not a {Name}");
        if (version > Migrations.Count)
            throw new IntegrityException($"{options.Path}: this {Name} has version {version}, and this program knows {Migrations.Count} at most. Update the program, or restore a backup from before its update.");
        if (version == Migrations.Count) return;
        if (options.ReadOnly)
            throw new UnavailableException($"{options.Path}: this {Name} has version {version} and must be brought to {Migrations.Count} first. Start the server once.");

        session.Begin();
        try
        {
            session.Execute($"PRAGMA application_id = {ApplicationId}");
            foreach (var migration in Migrations.Skip(version))
                foreach (var statement in migration)
                    session.Execute(statement);
            session.Execute($"PRAGMA user_version = {Migrations.Count}");
            session.Commit();
        }
        catch
        {
            session.Rollback();
            throw;
        }
    }
}
