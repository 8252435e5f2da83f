using System.Runtime.InteropServices;
using System.Text;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Catalog.V1;
using File = Hierarchy.Protocol.Catalog.V1.File;
using UpdateType = Hierarchy.Domain.Catalog.UpdateType;

namespace Hierarchy.Replication.Wire;

/// <summary>
/// Reads what a server keeps in memory of a revision straight from the record's bytes: a start, a snapshot and a catch-up read every one of them, and the generated classes would make ten objects
/// for each that is kept. Fields of later versions are passed over. Nothing refers to the payload afterwards.
/// </summary>
internal sealed class CatalogEntryReader
{
    private const int GuidBytes = 16;
    private const int Sha1Bytes = 20;

    private static readonly long FirstSecond = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    [ThreadStatic]
    private static CatalogEntryReader? _ofThisThread;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<string> _articles = [];
    private readonly List<string> _bulletins = [];
    private readonly List<string> _cves = [];
    private readonly List<Guid> _categories = [];
    private readonly List<Guid> _superseded = [];
    private readonly List<Prerequisite> _prerequisites = [];
    private readonly List<BundleGroup> _bundles = [];
    private readonly List<CatalogFile> _files = [];
    private readonly List<CatalogFile> _eulas = [];
    private readonly List<Guid> _ids = [];
    private readonly List<RevisionId> _children = [];
    private readonly List<string> _languages = [];

    private CatalogEntryReader()
    {
    }

    /// <summary>The entry of a revision's record.</summary>
    /// <exception cref="IntegrityException">The payload is not a revision record.</exception>
    public static CatalogEntry Read(long sequence, ReadOnlySpan<byte> payload)
    {
        var reader = new ProtoReader(payload);
        while (reader.NextField())
        {
            if (reader.Field != RevisionRecord.HeadFieldNumber)
            {
                reader.Skip();
                continue;
            }

            try
            {
                return (_ofThisThread ??= new CatalogEntryReader()).ReadHead(sequence, payload[reader.ReadBytes()]);
            }
            catch (DecoderFallbackException e)
            {
                throw new IntegrityException("A revision record holds text that is not UTF-8; the server that wrote it is damaged.", e);
            }
        }

        throw new IntegrityException("A revision record has no head; the server that wrote it is damaged or much newer.");
    }

    private CatalogEntry ReadHead(long sequence, ReadOnlySpan<byte> head)
    {
        Clear();
        Guid? updateId = null, eula = null;
        int revisionId = 0, revisionNumber = 0, type = 0;
        string title = "", categoryType = "";
        string? severity = null;
        byte[] digest = [];
        DateTimeOffset? arrived = null;
        bool expired = false, deployable = false, uninstall = false, input = false;
        var reader = new ProtoReader(head);
        while (reader.NextField())
        {
            switch (reader.Field)
            {
                case RevisionHead.RevisionIdFieldNumber:
                    revisionId = (int)reader.ReadNumber();
                    break;
                case RevisionHead.UpdateIdFieldNumber:
                    updateId = Id(head[reader.ReadBytes()]);
                    break;
                case RevisionHead.RevisionNumberFieldNumber:
                    revisionNumber = (int)reader.ReadNumber();
                    break;
                case RevisionHead.TypeFieldNumber:
                    type = (int)reader.ReadNumber();
                    break;
                case RevisionHead.TitleFieldNumber:
                    title = Text(head[reader.ReadBytes()]);
                    break;
                case RevisionHead.KnowledgeBaseArticlesFieldNumber:
                    _articles.Add(Text(head[reader.ReadBytes()]));
                    break;
                case RevisionHead.SecurityBulletinsFieldNumber:
                    _bulletins.Add(Text(head[reader.ReadBytes()]));
                    break;
                case RevisionHead.CvesFieldNumber:
                    _cves.Add(Text(head[reader.ReadBytes()]));
                    break;
                case RevisionHead.SeverityFieldNumber:
                    var rating = head[reader.ReadBytes()];
                    if (!rating.IsEmpty) severity = Shared<string>.Find(rating) ?? Shared<string>.Keep(rating, Text(rating));
                    break;
                case RevisionHead.CategoryTypeFieldNumber:
                    categoryType = Text(head[reader.ReadBytes()]);
                    break;
                case RevisionHead.CategoriesFieldNumber:
                    _categories.Add(Id(head[reader.ReadBytes()]));
                    break;
                case RevisionHead.PrerequisitesFieldNumber:
                    var clause = head[reader.ReadBytes()];
                    _prerequisites.Add(Shared<Prerequisite>.Find(clause) ?? Shared<Prerequisite>.Keep(clause, ReadClause(clause)));
                    break;
                case RevisionHead.BundledUpdatesFieldNumber:
                    _bundles.Add(ReadBundle(head[reader.ReadBytes()]));
                    break;
                case RevisionHead.SupersededUpdatesFieldNumber:
                    _superseded.Add(Id(head[reader.ReadBytes()]));
                    break;
                case RevisionHead.FilesFieldNumber:
                    if (ReadFile(head[reader.ReadBytes()]) is { } file) _files.Add(file);
                    break;
                case RevisionHead.ArrivalDateFieldNumber:
                    arrived = ReadTime(head[reader.ReadBytes()]);
                    break;
                case RevisionHead.ExpiredFieldNumber:
                    expired = reader.ReadNumber() != 0;
                    break;
                case RevisionHead.ExplicitlyDeployableFieldNumber:
                    deployable = reader.ReadNumber() != 0;
                    break;
                case RevisionHead.CanUninstallFieldNumber:
                    uninstall = reader.ReadNumber() != 0;
                    break;
                case RevisionHead.CanRequestUserInputFieldNumber:
                    input = reader.ReadNumber() != 0;
                    break;
                case RevisionHead.EulaIdFieldNumber:
                    var bytes = head[reader.ReadBytes()];
                    eula = bytes.Length == GuidBytes ? Id(bytes) : null;
                    break;
                case RevisionHead.EulaFilesFieldNumber:
                    if (ReadEula(head[reader.ReadBytes()]) is { } text) _eulas.Add(text);
                    break;
                case RevisionHead.FileLanguagesFieldNumber:
                    _languages.Add(Text(head[reader.ReadBytes()]));
                    break;
                case RevisionHead.DocumentSha256FieldNumber:
                    digest = head[reader.ReadBytes()].ToArray();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new CatalogEntry
        {
            RevisionId = revisionId,
            Id = new RevisionId(updateId ?? throw new IntegrityException("A revision record names no update; the server that wrote it is damaged or much newer."), revisionNumber),
            Sequence = sequence,
            Type = (UpdateType)type,
            Title = title,
            DocumentDigest = digest,
            KnowledgeBaseArticles = Take(_articles),
            SecurityBulletins = Take(_bulletins),
            Cves = Take(_cves),
            Severity = severity,
            Categories = TakeCategories(),
            CategoryType = categoryType.Length == 0 ? null : categoryType,
            Prerequisites = Take(_prerequisites),
            BundledUpdates = Take(_bundles),
            SupersededUpdates = Take(_superseded),
            ArrivedAt = arrived,
            Files = TakeFiles(),
            PublicationState = expired ? PublicationState.Expired : PublicationState.Published,
            IsExplicitlyDeployable = deployable,
            CanUninstall = uninstall,
            CanRequestUserInput = input,
            EulaId = eula,
            EulaFiles = Take(_eulas),
        };
    }

    private Guid[] TakeCategories()
    {
        if (_categories.Count == 0) return [];
        var key = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_categories));
        return Shared<Guid[]>.Find(key) ?? Shared<Guid[]>.Keep(key, [.. _categories]);
    }

    /// <summary>The languages stand behind the files, or before: they are known at the end.</summary>
    private CatalogFile[] TakeFiles()
    {
        var files = Take(_files);
        if (_languages.Count == 0) return files;
        var languages = Take(_languages);
        for (var i = 0; i < files.Length; i++) files[i] = files[i] with { Languages = languages };
        return files;
    }

    private static CatalogFile? ReadEula(ReadOnlySpan<byte> eula)
    {
        CatalogFile? file = null;
        var language = "";
        var reader = new ProtoReader(eula);
        while (reader.NextField())
        {
            if (reader.Field == Protocol.Catalog.V1.EulaFile.LanguageFieldNumber) language = Text(eula[reader.ReadBytes()]).ToLowerInvariant();
            else if (reader.Field == Protocol.Catalog.V1.EulaFile.FileFieldNumber) file = ReadFile(eula[reader.ReadBytes()]);
            else reader.Skip();
        }

        return language.Length == 0 || file is null ? file : file with { Languages = [language] };
    }

    /// <summary>Null for a time that no calendar has.</summary>
    private static DateTimeOffset? ReadTime(ReadOnlySpan<byte> time)
    {
        long seconds = 0, nanos = 0;
        var reader = new ProtoReader(time);
        while (reader.NextField())
        {
            if (reader.Field == Google.Protobuf.WellKnownTypes.Timestamp.SecondsFieldNumber) seconds = (long)reader.ReadNumber();
            else if (reader.Field == Google.Protobuf.WellKnownTypes.Timestamp.NanosFieldNumber) nanos = (long)reader.ReadNumber();
            else reader.Skip();
        }

        return seconds >= FirstSecond && seconds < LastSecond && nanos is >= 0 and < 1_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / TimeSpan.NanosecondsPerTick)
            : null;
    }

    private Prerequisite ReadClause(ReadOnlySpan<byte> clause)
    {
        _ids.Clear();
        var isCategory = false;
        var reader = new ProtoReader(clause);
        while (reader.NextField())
        {
            if (reader.Field == Clause.AnyOfFieldNumber) _ids.Add(Id(clause[reader.ReadBytes()]));
            else if (reader.Field == Clause.IsCategoryFieldNumber) isCategory = reader.ReadNumber() != 0;
            else reader.Skip();
        }

        return new Prerequisite(Take(_ids), isCategory);
    }

    private BundleGroup ReadBundle(ReadOnlySpan<byte> bundle)
    {
        _children.Clear();
        var reader = new ProtoReader(bundle);
        while (reader.NextField())
        {
            if (reader.Field == Bundle.AnyOfFieldNumber) _children.Add(ReadIdentity(bundle[reader.ReadBytes()]));
            else reader.Skip();
        }

        return new BundleGroup(Take(_children));
    }

    private static RevisionId ReadIdentity(ReadOnlySpan<byte> identity)
    {
        Guid? id = null;
        var number = 0;
        var reader = new ProtoReader(identity);
        while (reader.NextField())
        {
            if (reader.Field == Identity.UpdateIdFieldNumber) id = Id(identity[reader.ReadBytes()]);
            else if (reader.Field == Identity.RevisionNumberFieldNumber) number = (int)reader.ReadNumber();
            else reader.Skip();
        }

        return new RevisionId(id ?? throw new IntegrityException("A revision record bundles an update without an id; the server that wrote it is damaged or much newer."), number);
    }

    /// <summary>Null for a file that no client could ask for.</summary>
    private static CatalogFile? ReadFile(ReadOnlySpan<byte> file)
    {
        var name = "";
        var size = 0L;
        var isExpress = false;
        Range sha1 = default, sha256 = default, url = default;
        var reader = new ProtoReader(file);
        while (reader.NextField())
        {
            switch (reader.Field)
            {
                case File.NameFieldNumber:
                    name = Text(file[reader.ReadBytes()]);
                    break;
                case File.SizeFieldNumber:
                    size = (long)reader.ReadNumber();
                    break;
                case File.Sha1FieldNumber:
                    sha1 = reader.ReadBytes();
                    break;
                case File.Sha256FieldNumber:
                    sha256 = reader.ReadBytes();
                    break;
                case File.MicrosoftUpdateUrlFieldNumber:
                    url = reader.ReadBytes();
                    break;
                case File.ExpressFieldNumber:
                    isExpress = reader.ReadNumber() != 0;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (file[sha1].Length != Sha1Bytes) return null;
        byte[] digests = [.. file[sha1], .. file[sha256]];
        return CatalogFile.FromUtf8(name, size, digests.AsMemory(0, Sha1Bytes), digests.AsMemory(Sha1Bytes), file[url]) with { IsExpress = isExpress };
    }

    private void Clear()
    {
        _articles.Clear();
        _bulletins.Clear();
        _cves.Clear();
        _categories.Clear();
        _superseded.Clear();
        _prerequisites.Clear();
        _bundles.Clear();
        _files.Clear();
        _eulas.Clear();
        _languages.Clear();
    }

    /// <summary>
    /// What many revisions say in the same bytes (their products, their prerequisites) is kept once. Each thread remembers the last that fell on a place, so that it costs neither a lock nor
    /// memory without end.
    /// </summary>
    private static class Shared<T>
        where T : class
    {
        private const int Places = 4096;

        [ThreadStatic]
        private static (byte[] Key, T Value)[]? _ofThisThread;

        public static T? Find(ReadOnlySpan<byte> key)
        {
            var (known, value) = (_ofThisThread ??= new (byte[], T)[Places])[PlaceOf(key)];
            return known is not null && key.SequenceEqual(known) ? value : null;
        }

        public static T Keep(ReadOnlySpan<byte> key, T value)
        {
            _ofThisThread![PlaceOf(key)] = (key.ToArray(), value); // looked for before
            return value;
        }

        private static int PlaceOf(ReadOnlySpan<byte> key)
        {
            var hash = new HashCode();
            hash.AddBytes(key);
            return hash.ToHashCode() & (Places - 1);
        }
    }

    private static T[] Take<T>(List<T> list) => list.Count == 0 ? [] : list.ToArray();

    private static string Text(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? "" : Strict.GetString(bytes);

    private static Guid Id(ReadOnlySpan<byte> bytes) => bytes.Length == GuidBytes
        ? new Guid(bytes, bigEndian: true)
        : throw new IntegrityException($"An id of {bytes.Length} bytes stands where one of {GuidBytes} belongs.");
}
