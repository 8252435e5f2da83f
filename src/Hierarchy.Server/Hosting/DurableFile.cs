using System.Text;
using System.Text.Json;
using Hierarchy.Domain;
using Hierarchy.Storage;

namespace Hierarchy.Server.Hosting;

/// <summary>Small files that decide what a server is: after a crash at any moment the old one is there, or the new one, whole.</summary>
internal static class DurableFile
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Writes a text of one line.</summary>
    public static void Write(string file, string text)
    {
        var partial = file + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(Encoding.UTF8.GetBytes(text + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, file, overwrite: true);
        FlushFolderOf(file);
    }

    /// <summary>Writes a document that <see cref="Read{T}"/> reads.</summary>
    public static void Write<T>(string file, T document) => Write(file, JsonSerializer.Serialize(document, Json));

    /// <summary>Reads a document; null where there is none.</summary>
    /// <exception cref="IntegrityException">The file holds something else.</exception>
    public static T? Read<T>(string file)
        where T : class
    {
        if (!File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(file), Json) ?? throw Damaged(file, null);
        }
        catch (JsonException exception)
        {
            throw Damaged(file, exception);
        }
    }

    /// <summary>Removes a file for good; does nothing where there is none.</summary>
    public static void Delete(string file)
    {
        if (!File.Exists(file)) return;
        File.Delete(file);
        FlushFolderOf(file);
    }

    private static void FlushFolderOf(string file) => DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(file))!); // A file has a folder.

    private static IntegrityException Damaged(string file, Exception? inner)
    {
        var message = $"The file {file} cannot be read; this server does not know what it is. Restore the file from a backup, or ask for help with what is in it; do not delete it while another server may be the root.";
        return inner is null ? new IntegrityException(message) : new IntegrityException(message, inner);
    }
}
