using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Cabinets;
using Hierarchy.WindowsUpdate.Soap;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>The answers of [MS-WSUSSS]. Each method starts on the operation's response element; order and further elements do not matter.</summary>
internal static class UpstreamAnswers
{
    private const string PlugIn = "DssTargeting";
    private const string BlobMember = "blob";
    private const int MaxBlob = 16 * 1024 * 1024;

    /// <summary>Characters that the documents of one answer decode to. Far more than any real hundred has; an answer with more is asked for in halves.</summary>
    private const long MaxDecoded = 128 * 1024 * 1024;

    private const int MaxDigest = 64;

    /// <summary>The relative address of the authorization service.</summary>
    public static string ReadAuthConfig(SoapReader reader)
    {
        Result(reader, "GetAuthConfigResult");
        if (reader.MoveToChild("AuthInfo"))
        {
            var depth = reader.Depth;
            while (reader.NextChild(depth))
            {
                string plugIn = "", address = "";
                var inner = reader.Depth;
                while (reader.NextChild(inner))
                {
                    if (reader.Name == "PlugInID") plugIn = reader.ReadText().Trim();
                    else if (reader.Name == "ServiceUrl") address = reader.ReadText().Trim();
                    else reader.Skip();
                }

                if (plugIn == PlugIn && address.Length > 0) return address;
            }
        }

        throw new IntegrityException($"it offers no authorization by {PlugIn}");
    }

    public static AuthorizationCookie ReadAuthorizationCookie(SoapReader reader)
    {
        Result(reader, "GetAuthorizationCookieResult");
        string plugIn = PlugIn, data = "";
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "PlugInId") plugIn = reader.ReadText().Trim();
            else if (reader.Name == "CookieData") data = reader.ReadText().Trim();
            else reader.Skip();
        }

        return data.Length > 0 ? new AuthorizationCookie(plugIn, data) : throw new IntegrityException("it holds no cookie");
    }

    public static UpstreamCookie ReadCookie(SoapReader reader, DateTimeOffset now)
    {
        Result(reader, "GetCookieResult");
        string expiration = "", data = "";
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "Expiration") expiration = reader.ReadText().Trim();
            else if (reader.Name == "EncryptedData") data = reader.ReadText().Trim();
            else reader.Skip();
        }

        return data.Length > 0 && expiration.Length > 0
            ? new UpstreamCookie(expiration, data, now)
            : throw new IntegrityException("it holds no cookie");
    }

    public static UpstreamConfig ReadConfigData(SoapReader reader)
    {
        const int Usual = 100;
        Result(reader, "GetConfigDataResult");
        var config = new UpstreamConfig { MaxUpdatesPerRequest = Usual };
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "MaxNumberOfUpdatesPerRequest":
                    config = config with { MaxUpdatesPerRequest = reader.ReadInt() is var most and > 0 ? Math.Min(most, 1000) : Usual };
                    break;
                case "MaxUpdatesPerRequestInGetUpdateDecryptionData":
                    config = config with { MaxUpdatesPerDecryptionRequest = reader.ReadInt() };
                    break;
                case "MaxNumberOfDriverSetsPerRequest":
                    config = config with { MaxDriverSetsPerRequest = reader.ReadInt() };
                    break;
                case "MaxNumberOfComputerIdsInRequest":
                    config = config with { MaxComputerIdsPerRequest = reader.ReadInt() };
                    break;
                case "MaxNumberOfPnpHardwareIdsInRequest":
                    config = config with { MaxHardwareIdsPerRequest = reader.ReadInt() };
                    break;
                case "NewConfigAnchor":
                    config = config with { Anchor = NullWhenEmpty(reader.ReadText().Trim()) };
                    break;
                case "ProtocolVersion":
                    config = config with { ProtocolVersion = NullWhenEmpty(reader.ReadText().Trim()) };
                    break;
                case "CatalogOnlySync":
                    config = config with { IsCatalogOnly = reader.ReadBoolean() };
                    break;
                case "LazySync":
                    config = config with { IsLazy = reader.ReadBoolean() };
                    break;
                case "LanguageUpdateList":
                    config = config with { EnabledLanguages = ReadLanguages(reader) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return config;
    }

    public static RevisionIdList ReadRevisionIdList(SoapReader reader)
    {
        Result(reader, "GetRevisionIdListResult");
        string? anchor = null;
        IReadOnlyList<RevisionId> revisions = [];
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "Anchor":
                    anchor = NullWhenEmpty(reader.ReadText().Trim());
                    break;
                case "NewRevisions":
                    revisions = ReadIdentities(reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new RevisionIdList(anchor, revisions);
    }

    public static IReadOnlyList<UpstreamUpdate> ReadUpdateData(SoapReader reader) => ReadUpdateData(reader, MaxDecoded);

    internal static IReadOnlyList<UpstreamUpdate> ReadUpdateData(SoapReader reader, long maxDecoded)
    {
        Result(reader, "GetUpdateDataResult");
        var updates = new List<(UpstreamUpdate Update, List<string> Digests)>();
        var decoded = 0L;
        var locations = new Dictionary<string, FileLocation>(StringComparer.Ordinal);
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "updates":
                    for (var inner = reader.Depth; reader.NextChild(inner);)
                    {
                        var update = ReadUpdate(reader);
                        decoded += update.Update.Xml?.Length ?? 0;
                        if (decoded > maxDecoded) throw new IntegrityException($"its documents have more than {maxDecoded:N0} characters");
                        updates.Add(update);
                    }

                    break;
                case "fileUrls":
                    for (var inner = reader.Depth; reader.NextChild(inner);)
                    {
                        if (ReadLocation(reader) is { } location) locations.TryAdd(Convert.ToBase64String(location.Sha1), location);
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // The addresses may stand before or behind the updates, so they are joined last.
        return [.. updates.Select(entry => entry.Digests.Count == 0 ? entry.Update : entry.Update with { Locations = Locate(entry.Digests, locations) })];
    }

    private static List<FileLocation> Locate(List<string> digests, Dictionary<string, FileLocation> locations)
    {
        var found = new List<FileLocation>(digests.Count);
        foreach (var digest in digests.Distinct(StringComparer.Ordinal))
        {
            if (locations.TryGetValue(digest, out var location)) found.Add(location);
        }

        return found;
    }

    private static (UpstreamUpdate Update, List<string> Digests) ReadUpdate(SoapReader reader)
    {
        RevisionId? id = null;
        string? xml = null, damage = null;
        byte[] encoded = [];
        var digests = new List<string>();
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "Id":
                    id = ReadIdentity(reader);
                    break;
                case "XmlUpdateBlob":
                    xml = NullWhenEmpty(reader.ReadText()) ?? xml;
                    break;
                case "XmlUpdateBlobCompressed":
                    encoded = reader.ReadBytes(MaxBlob);
                    break;
                case "FileDigestList":
                    for (var inner = reader.Depth; reader.NextChild(inner);) digests.Add(reader.ReadText().Trim());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (id is null) throw new IntegrityException("an update has no Id");
        if (xml is null) (xml, damage) = Decode(encoded);
        return (new UpstreamUpdate { Id = id.Value, Xml = xml, Damage = damage, Encoded = xml is null ? encoded : default }, digests);
    }

    private static (string? Xml, string? Damage) Decode(byte[] encoded)
    {
        if (encoded.Length == 0) return (null, "The upstream gave no document.");
        try
        {
            return (CabinetReader.ReadText(encoded, BlobMember, CabinetLimits.Default), null);
        }
        catch (IntegrityException exception)
        {
            return (null, exception.Message);
        }
    }

    private static FileLocation? ReadLocation(SoapReader reader)
    {
        byte[] digest = [];
        string mu = "", uss = "";
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "FileDigest":
                    digest = reader.ReadBytes(MaxDigest);
                    break;
                case "MUUrl":
                    mu = reader.ReadText().Trim();
                    break;
                case "UssUrl":
                    uss = reader.ReadText().Trim();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return digest.Length > 0 && (mu.Length > 0 || uss.Length > 0) ? new FileLocation(digest, mu, NullWhenEmpty(uss)) : null;
    }

    /// <summary>The related revisions; a server that has no use for the call answers it with nothing at all.</summary>
    public static IReadOnlyList<RevisionId> ReadRelatedRevisions(SoapReader reader) =>
        reader.MoveToChild("GetRelatedRevisionsForUpdatesResult") ? ReadIdentities(reader) : [];

    /// <summary>Every child of the element, read by <paramref name="item"/>.</summary>
    public static List<T> ReadList<T>(SoapReader reader, Func<SoapReader, T> item)
    {
        var list = new List<T>();
        var depth = reader.Depth;
        while (reader.NextChild(depth)) list.Add(item(reader));
        return list;
    }

    /// <summary>The GUIDs of a list, each once.</summary>
    public static IReadOnlyList<Guid> ReadGuids(SoapReader reader) => [.. ReadList(reader, static item => item.ReadGuid()).Distinct()];

    /// <summary>The identities of a list, each once, in the server's order.</summary>
    public static IReadOnlyList<RevisionId> ReadIdentities(SoapReader reader) => [.. ReadList(reader, ReadIdentity).Distinct()];

    /// <summary>Skips an element that nobody asked for; gives back what was read so far.</summary>
    public static T PassOver<T>(SoapReader reader, T soFar)
    {
        reader.Skip();
        return soFar;
    }

    public static RevisionId ReadIdentity(SoapReader reader)
    {
        Guid? update = null;
        int? number = null;
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "UpdateID") update = reader.ReadGuid();
            else if (reader.Name == "RevisionNumber") number = reader.ReadInt();
            else reader.Skip();
        }

        return update is { } id && number is { } revision && revision >= 0
            ? new RevisionId(id, revision)
            : throw new IntegrityException($"an identity lacks its UpdateID or its RevisionNumber (`{update}`, `{number}`)");
    }

    private static List<string> ReadLanguages(SoapReader reader)
    {
        var enabled = new List<string>();
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            var (name, isEnabled) = ("", false);
            for (var inner = reader.Depth; reader.NextChild(inner);)
            {
                if (reader.Name == "ShortLanguage") name = reader.ReadText().Trim();
                else if (reader.Name == "Enabled") isEnabled = reader.ReadBoolean();
                else reader.Skip();
            }

            if (isEnabled && name.Length > 0) enabled.Add(name);
        }

        return enabled;
    }

    /// <summary>Moves to the operation's result, which must be there.</summary>
    public static void Result(SoapReader reader, string name)
    {
        if (!reader.MoveToChild(name)) throw new IntegrityException($"it has no {name}");
    }

    public static string? NullWhenEmpty(string text) => text.Length == 0 ? null : text;
}
