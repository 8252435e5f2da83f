using System.Text.Json;
using System.Text.RegularExpressions;
using Hierarchy.Domain;

namespace Hierarchy.Storage.Backups;

/// <summary>What a backup says of itself: whose it is, the state that its log holds, and every file in it. `manifest.json` in the archive.</summary>
public sealed partial record BackupManifest
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;

    private const int MostFiles = 256;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip };

    /// <summary>The version of the format.</summary>
    public required int Format { get; init; }

    /// <summary>Whose backup it is.</summary>
    public required Guid ServerId { get; init; }

    /// <summary>For people.</summary>
    public required string ServerName { get; init; }

    /// <summary>`root`, `replica` or `autonomous`.</summary>
    public required string Role { get; init; }

    /// <summary>When it was taken, UTC.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>The log, a GUID; null for a server that had none yet.</summary>
    public Guid? LogId { get; init; }

    /// <summary>The number of the log's epoch.</summary>
    public int Epoch { get; init; }

    /// <summary>Its id.</summary>
    public Guid EpochId { get; init; }

    /// <summary>The log's newest sequence.</summary>
    public long Sequence { get; init; }

    /// <summary>Live records.</summary>
    public long Count { get; init; }

    /// <summary>LtHash of the live records, base64: recomputed from the rows of the copy before the backup counted.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Everything in the archive but the manifest.</summary>
    public required IReadOnlyList<BackupFile> Files { get; init; }

    /// <summary>True for a name that may stand in a backup. All others are refused, whatever they would mean to a file system.</summary>
    public static bool IsAllowed(string name) => AllowedName().IsMatch(name);

    /// <summary>As it stands in the archive.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads one.</summary>
    /// <exception cref="IntegrityException">It is not one, or of a newer format.</exception>
    public static BackupManifest Read(ReadOnlySpan<byte> bytes)
    {
        BackupManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BackupManifest>(bytes, Json);
        }
        catch (JsonException exception)
        {
            throw new IntegrityException($"The manifest of the backup cannot be read: {exception.Message} Take another backup.", exception);
        }

        if (manifest is null || manifest.Format < 1 || manifest.Files is null || manifest.ServerName is null || manifest.Role is null || manifest.Digest is null)
            throw new IntegrityException("The manifest of the backup lacks what every manifest says. Take another backup.");
        if (manifest.Format > CurrentFormat)
            throw new IntegrityException($"The backup has format {manifest.Format}, and this program knows {CurrentFormat} at most. Use the program of the version that made it, or a newer one.");
        if (manifest.Files.Count > MostFiles) throw new IntegrityException($"The manifest of the backup names {manifest.Files.Count} files; {MostFiles} are the most.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in manifest.Files)
            if (file?.Name is null || !IsAllowed(file.Name) || !names.Add(file.Name) || file.Length < 0 || file.Sha256 is not { Length: 64 })
                throw new IntegrityException($"The manifest of the backup names a file “{file?.Name}” that no backup holds, or names it twice. Take another backup.");
        return manifest;
    }

    [GeneratedRegex(@"\A(?:[a-z][a-z0-9-]{0,63}\.db|server-id|role|decider|promotion|superseded|secrets/[a-z0-9][a-z0-9.-]{0,63})\z")]
    private static partial Regex AllowedName();
}
