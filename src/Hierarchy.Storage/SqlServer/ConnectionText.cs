using System.Data.Common;

namespace Hierarchy.Storage.SqlServer;

/// <summary>What an operator writes for a database, and what is made of it. Knows nothing of a driver, so that it can be judged anywhere.</summary>
public static class ConnectionText
{
    // Words of one meaning, of which a connection string may use any.
    private static readonly string[] Server = ["Data Source", "Server", "Address", "Addr", "Network Address"];
    private static readonly string[] Database = ["Initial Catalog", "Database"];
    private static readonly string[] Password = ["Password", "PWD"];
    private static readonly string[] Name = ["Application Name", "App"];
    private static readonly string[] Sets = ["MultipleActiveResultSets", "Multiple Active Result Sets"];

    /// <summary>Adds what is not said: encryption, this program's name, and the password that is kept elsewhere.</summary>
    /// <param name="text">The operator's connection string.</param>
    /// <param name="password">From a file or the environment; empty when the text holds it, or none is needed.</param>
    public static string Complete(string text, string password = "")
    {
        var builder = Parse(text);
        if (!builder.ContainsKey("Encrypt")) builder["Encrypt"] = "True";
        if (!Has(builder, Name)) builder["Application Name"] = "Hierarchy";
        // Several open answers on one connection would share its transaction.
        foreach (var word in Sets)
            builder.Remove(word);
        if (password.Length > 0) builder["Password"] = password;
        return builder.ConnectionString;
    }

    /// <summary>What is wrong with a connection string, with the next step; null when nothing is. No message repeats a secret.</summary>
    public static string? Fault(string text, string password = "")
    {
        DbConnectionStringBuilder builder;
        try
        {
            builder = Parse(text);
        }
        catch (ArgumentException)
        {
            return "The connection string cannot be read: write it as Server=sql.example;Database=hierarchy;User Id=hierarchy, with values that hold a semicolon in quotes.";
        }

        if (!Has(builder, Server)) return "The connection string names no server: add Server=sql.example.";
        if (!Has(builder, Database)) return "The connection string names no database: create one for this server, and add Database=hierarchy.";
        if (password.Length > 0 && Has(builder, Password)) return "The password stands in the connection string and beside it: leave it out of the connection string.";
        return null;
    }

    /// <summary>`database hierarchy on sql.example`: for messages.</summary>
    public static string Describe(string text)
    {
        var builder = Parse(text);
        return $"database {Value(builder, Database)} on {Value(builder, Server)}";
    }

    /// <summary>The same database under another name of the program, so that the driver keeps these connections apart from the others.</summary>
    internal static string For(string text, string purpose)
    {
        var builder = Parse(text);
        var name = Value(builder, Name);
        foreach (var word in Name)
            builder.Remove(word);
        builder["Application Name"] = $"{name} {purpose}";
        return builder.ConnectionString;
    }

    private static DbConnectionStringBuilder Parse(string text) => new() { ConnectionString = text };

    private static bool Has(DbConnectionStringBuilder builder, string[] words) => words.Any(word => builder.TryGetValue(word, out var value) && $"{value}".Length > 0);

    private static string Value(DbConnectionStringBuilder builder, string[] words) =>
        words.Select(word => builder.TryGetValue(word, out var value) ? $"{value}" : "").FirstOrDefault(value => value.Length > 0) ?? "";
}
