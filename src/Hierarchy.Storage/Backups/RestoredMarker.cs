using System.Text.Json;
using Hierarchy.Domain;

namespace Hierarchy.Storage.Backups;

/// <summary>
/// The file `restored` in a data directory: it was made from a backup, and has not been started since. The next start draws a new epoch far above the lost one's numbers and a new life for the
/// outbox, both durable, before it takes the marker away: whatever was decided and reported after the backup is not to be mistaken for what comes now.
/// </summary>
/// <param name="Backup">The archive's path, for people.</param>
/// <param name="TakenAt">When the backup was taken, UTC.</param>
/// <param name="RestoredAt">When it was restored, UTC.</param>
/// <param name="Position">Where its log stood, `sequence@epoch`.</param>
public sealed record RestoredMarker(string Backup, DateTimeOffset TakenAt, DateTimeOffset RestoredAt, string Position)
{
    private const string FileName = "restored";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The marker of a data directory; null for one that was not restored, or was started since.</summary>
    /// <exception cref="IntegrityException">The file cannot be read.</exception>
    public static RestoredMarker? Read(string data)
    {
        var file = Path.Combine(data, FileName);
        if (!File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize<RestoredMarker>(File.ReadAllBytes(file), Json) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new IntegrityException($"The file {file} says that this data was restored from a backup, and cannot be read. Restore the backup again.", exception);
        }
    }

    /// <summary>Takes the marker away: what it asks for is durable.</summary>
    public static void Delete(string data) => File.Delete(Path.Combine(data, FileName));

    /// <summary>Writes the marker, durably.</summary>
    internal void Write(string data)
    {
        var file = Path.Combine(data, FileName);
        using (var stream = new FileStream(file + ".partial", FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, this, Json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(file + ".partial", file, overwrite: true);
    }
}
