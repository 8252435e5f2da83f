using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Office;

namespace Hierarchy.Agent.Office;

/// <summary>
/// How often an update of Office was installed with success and was still wanted right after (KB 903775), kept in `office.json`. A count holds for one revision, one set of copies and one state of their
/// sources; when one of them changes it begins anew.
/// </summary>
internal sealed class OfficeTries
{
    private readonly string _path;
    private readonly Dictionary<(Guid Update, string User), Entry> _entries = [];

    private OfficeTries(string path) => _path = path;

    /// <summary>Opens what was counted. A file that is damaged counts for nothing: the update is tried again.</summary>
    internal static OfficeTries Open(StateFolder folder)
    {
        var tries = new OfficeTries(folder.Combine("office.json"));
        if (!File.Exists(tries._path)) return tries;
        try
        {
            foreach (var entry in JsonSerializer.Deserialize<Entry[]>(File.ReadAllBytes(tries._path)) ?? []) tries._entries[(entry.Update, entry.User)] = entry;
        }
        catch (JsonException)
        {
            tries._entries.Clear();
        }

        return tries;
    }

    /// <summary>What a count holds for.</summary>
    internal static string Fingerprint(RevisionId id, IEnumerable<OfficeInstallation> copies)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{id.UpdateId:N} {id.RevisionNumber}\n");
        foreach (var line in copies.Select(copy => $"{copy.Line} {copy.Version} {copy.SourceKind} {copy.SourceState} {copy.User.ToUpperInvariant()} {copy.ProductCode}").Order(StringComparer.Ordinal)) text.Append(line).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    internal int CountOf(Guid update, string user, string fingerprint)
        => _entries.TryGetValue((update, user.ToUpperInvariant()), out var entry) && entry.Fingerprint == fingerprint ? entry.Count : 0;

    /// <summary>An installer ended with success. Durable when it returns.</summary>
    internal void Note(Guid update, string user, string fingerprint, bool isConfirmed)
    {
        var key = (update, user.ToUpperInvariant());
        if (isConfirmed)
        {
            if (!_entries.Remove(key)) return;
        }
        else
        {
            _entries[key] = new Entry(update, key.Item2, fingerprint, CountOf(update, user, fingerprint) + 1);
        }

        AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(_entries.Values));
    }

    private sealed record Entry(Guid Update, string User, string Fingerprint, int Count);
}
