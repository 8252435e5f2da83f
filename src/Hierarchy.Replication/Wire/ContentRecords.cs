using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Replication.Wire;

/// <summary>Records of what is decided about content.</summary>
public static class ContentRecords
{
    private const int IdBytes = 16;

    /// <summary>What is decided for the tree (without an id) or for a server; nothing decided removes the record.</summary>
    public static Change Settings(Guid? serverId, ContentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        // Written out: a null array would convert to an empty payload that has a value.
        ReadOnlyMemory<byte>? payload = settings.IsNone ? default(ReadOnlyMemory<byte>?) : Message(serverId, settings).ToByteArray();
        return new Change((int)RecordKind.ContentSettings, serverId?.ToByteArray(bigEndian: true) ?? [], payload);
    }

    /// <summary>The message of that record: categories in the order of their bytes, so that equal decisions have equal bytes.</summary>
    public static ContentSettingsRecord Message(Guid? serverId, ContentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var message = new ContentSettingsRecord { ServerId = serverId is { } id ? Positions.Id(id) : ByteString.Empty, Fetch = Fetch(settings.Fetch) };
        message.Categories.Add(settings.Categories.Select(category => (Key: category.Key.ToByteArray(bigEndian: true), category.Value))
            .OrderBy(category => Convert.ToHexString(category.Key), StringComparer.Ordinal)
            .Select(category => new ContentCategory { CategoryId = ByteString.CopyFrom(category.Key), Fetch = Fetch(category.Value) }));
        if (settings.Express is { } express) message.Express = express;
        if (settings.Keep is { } keep) message.Keep = Duration.FromTimeSpan(keep);
        if (settings.SizeLimit is { } limit) message.SizeLimit = limit;
        if (settings.ClosedForClients is { } closed) message.ClosedForClients = closed;
        return message;
    }

    /// <summary>A policy as the contract writes it.</summary>
    public static ContentFetch Fetch(FetchPolicy? policy) => policy switch
    {
        FetchPolicy.Ahead => ContentFetch.Ahead,
        FetchPolicy.OnDemand => ContentFetch.OnDemand,
        FetchPolicy.Never => ContentFetch.Never,
        _ => ContentFetch.Unspecified,
    };

    /// <summary>A policy as the contract writes it; null for none, and for one of a later version.</summary>
    public static FetchPolicy? Fetch(ContentFetch fetch) => fetch switch
    {
        ContentFetch.Ahead => FetchPolicy.Ahead,
        ContentFetch.OnDemand => FetchPolicy.OnDemand,
        ContentFetch.Never => FetchPolicy.Never,
        _ => null,
    };

    internal static ViewRecord Read(in ChangeRecord record) => new ViewRecord.ContentDecided(
        record.Sequence,
        record.Key.Length switch
        {
            0 => null,
            IdBytes => new Guid(record.Key.Span, bigEndian: true),
            _ => throw new FormatException($"its key has {record.Key.Length} bytes, neither none nor {IdBytes}"),
        },
        record.Payload is { } payload ? Read(payload) : null);

    private static ContentSettings Read(ReadOnlyMemory<byte> payload)
    {
        var message = ContentSettingsRecord.Parser.ParseFrom(payload.Span);
        var categories = ImmutableDictionary.CreateBuilder<Guid, FetchPolicy>();
        foreach (var category in message.Categories)
            if (Fetch(category.Fetch) is { } policy)
                categories[Positions.Id(category.CategoryId, "category")] = policy;
        return new ContentSettings
        {
            Fetch = Fetch(message.Fetch),
            Categories = categories.ToImmutable(),
            Express = message.HasExpress ? message.Express : null,
            Keep = message.Keep?.ToTimeSpan(),
            SizeLimit = message.HasSizeLimit ? message.SizeLimit : null,
            ClosedForClients = message.HasClosedForClients ? message.ClosedForClients : null,
        };
    }
}
