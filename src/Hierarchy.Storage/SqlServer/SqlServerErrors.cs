using System.Globalization;
using Hierarchy.Domain;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>Failures of the database as failures that name it and the operator's next step.</summary>
internal static class SqlServerErrors
{
    /// <summary>What to throw for a failure of the driver; null for what is none.</summary>
    public static Exception? Translate(Exception exception, string database) => exception switch
    {
        SqlException { Number: RetryPolicy.Deadlock } => new UnavailableException($"{database}: others hold the same rows, again and again, so nothing was done. Try again.", exception),
        SqlException sql when RetryPolicy.IsDuplicate(sql.Number) =>
            Damaged(database, sql.Message, sql),
        SqlException sql => new UnavailableException(
            $"{database}: {sql.Message.TrimEnd('.')} (error {sql.Number}). Look whether the server is up and this account may use the database, with rights to read, write and create tables; then try again.", sql),
        // The pool of connections is exhausted, or a connection ended under a statement.
        InvalidOperationException { Source: "Microsoft.Data.SqlClient" or "Core Microsoft SqlClient Data Provider" } => new UnavailableException($"{database}: {exception.Message} Try again.", exception),
        _ => null,
    };

    /// <summary>Rows that contradict each other.</summary>
    public static IntegrityException Damaged(string database, string detail, Exception? inner = null)
    {
        var message = $"{database}: the tables do not fit together ({detail.TrimEnd('.')}). Stop the server and restore the database from a backup; a replica may drop its schema and takes everything from its parent again.";
        return inner is null ? new IntegrityException(message) : new IntegrityException(message, inner);
    }

    /// <summary>The driver needs the cultures of the platform, which .NET leaves out where it is told to.</summary>
    public static void CheckCultures(string database)
    {
        try
        {
            _ = CultureInfo.GetCultureInfo("en-US");
        }
        catch (CultureNotFoundException exception)
        {
            throw new UnavailableException(
                $"{database}: the driver for SQL Server needs the cultures of the platform. Set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0 in this program's environment, and on Linux install ICU (the package libicu).", exception);
        }
    }

    /// <summary>Words that the driver does not know, before it is asked to connect.</summary>
    public static void CheckKeywords(string database, string connectionString)
    {
        try
        {
            _ = new SqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new UnavailableException($"{database}: {exception.Message.TrimEnd('.')}. Correct the connection string; the driver is Microsoft.Data.SqlClient.", exception);
        }
    }
}
