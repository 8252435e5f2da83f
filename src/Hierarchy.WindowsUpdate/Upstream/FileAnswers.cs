using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>Reads what an upstream says about files and about itself: GetUpdateDecryptionData, DownloadFiles, Ping.</summary>
internal static class FileAnswers
{
    /// <summary>Keys have 32 bytes; what is far longer is none.</summary>
    private const int MaxKey = 4 * 1024;

    private const int MaxDigest = 64;

    public static IReadOnlyList<UpstreamDecryptionKeys> ReadDecryptionData(SoapReader reader)
    {
        UpstreamAnswers.Result(reader, "GetUpdateDecryptionDataResult");
        return reader.MoveToChild("UpdateFileDecryptionData") ? UpstreamAnswers.ReadList(reader, ReadKeysOfRevision) : [];
    }

    public static bool ReadDownloadFiles(SoapReader _) => true;

    public static UpstreamHealth ReadPing(SoapReader reader)
    {
        UpstreamAnswers.Result(reader, "PingResult");
        var health = new UpstreamHealth { IsWell = false };
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            health = reader.Name switch
            {
                "SuccessFlag" => health with { IsWell = reader.ReadBoolean() },
                "ServicesTime" => health with { Time = reader.ReadTime() },
                "ServicesName" => health with { Service = reader.ReadText().Trim() },
                "ServicesMachine" => health with { Machine = reader.ReadText().Trim() },
                "DatabaseInfo" => health with { Database = reader.ReadText().Trim() },
                _ => UpstreamAnswers.PassOver(reader, health),
            };
        }

        return health;
    }

    /// <summary>
    /// The digests in the message of a FileDigestsMissing, parted by `|`. They are base64 everywhere else in the protocol; hexadecimal digits
    /// are understood too. Null when not one can be read.
    /// </summary>
    public static IReadOnlyList<Sha1Digest>? ReadMissingDigests(string message)
    {
        var digests = new List<Sha1Digest>();
        Span<byte> bytes = stackalloc byte[MaxDigest];
        foreach (var part in message.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Sha1Digest.TryParse(part, out var digest)) digests.Add(digest);
            else if (part.Length <= MaxDigest && Convert.TryFromBase64String(part, bytes, out var length) && length == Sha1Digest.Length) digests.Add(new Sha1Digest(bytes[..length]));
        }

        return digests.Count == 0 ? null : digests;
    }

    private static UpstreamDecryptionKeys ReadKeysOfRevision(SoapReader reader)
    {
        RevisionId? id = null;
        IReadOnlyList<FileDecryptionKey?> keys = [];
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "UpdateId") id = UpstreamAnswers.ReadIdentity(reader);
            else if (reader.Name == "FileDecryptionData") keys = UpstreamAnswers.ReadList(reader, ReadKey);
            else reader.Skip();
        }

        return new UpstreamDecryptionKeys(id ?? throw new IntegrityException("a revision's decryption data has no UpdateId"), [.. keys.OfType<FileDecryptionKey>()]);
    }

    private static FileDecryptionKey? ReadKey(SoapReader reader)
    {
        byte[] digest = [], key = [];
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "FileDigest") digest = reader.ReadBytes(MaxDigest);
            else if (reader.Name == "DecryptionKey") key = reader.ReadBytes(MaxKey);
            else reader.Skip();
        }

        if (key.Length == 0) return null;
        return digest.Length == Sha1Digest.Length
            ? new FileDecryptionKey(new Sha1Digest(digest), key)
            : throw new IntegrityException($"a decryption key is for a file whose digest has {digest.Length} bytes");
    }
}
