using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Replication.Wire;

/// <summary>Records of what is taken from the upstream and by whom: the selection, imported updates, settings of servers.</summary>
public static class SyncRecords
{
    /// <summary>The selection.</summary>
    public static Change Selection(SyncSelection selection) => new((int)RecordKind.SyncSelection, Array.Empty<byte>(), Message(selection).ToByteArray());

    /// <summary>The message of the selection's record: ids in the order of their bytes, so that equal choices have equal bytes.</summary>
    public static SyncSelectionRecord Message(SyncSelection selection)
    {
        var message = new SyncSelectionRecord
        {
            AllProducts = selection.HasAllProducts,
            AllClassifications = selection.HasAllClassifications,
            AllLanguages = selection.HasAllLanguages,
        };
        message.Products.Add(InOrder(selection.Products));
        message.Classifications.Add(InOrder(selection.Classifications));
        message.Languages.Add(selection.Languages);
        return message;
    }

    /// <summary>An imported update.</summary>
    public static Change Imported(ImportedUpdate imported) => new(
        (int)RecordKind.ImportedUpdate,
        imported.UpdateId.ToByteArray(bigEndian: true),
        new ImportedUpdateRecord { UpdateId = Positions.Id(imported.UpdateId), ImportedAt = imported.ImportedAt.ToTimestamp(), ImportedBy = imported.ImportedBy }.ToByteArray());

    /// <summary>What is decided about a server.</summary>
    public static Change Settings(Guid serverId, ServerSettings settings) => new((int)RecordKind.ServerSettings, serverId.ToByteArray(bigEndian: true), Message(serverId, settings).ToByteArray());

    /// <summary>The message of a server's settings.</summary>
    public static ServerSettingsRecord Message(Guid serverId, ServerSettings settings) => new()
    {
        ServerId = Positions.Id(serverId),
        ContentSource = settings.TakesContentFromMicrosoft switch { true => ContentSource.MicrosoftUpdate, false => ContentSource.Parent, null => ContentSource.Unspecified },
    };

    internal static SyncSelection ReadSelection(ReadOnlyMemory<byte> payload)
    {
        var message = SyncSelectionRecord.Parser.ParseFrom(payload.Span);
        return new SyncSelection
        {
            HasAllProducts = message.AllProducts,
            Products = [.. message.Products.Select(id => Positions.Id(id, "product"))],
            HasAllClassifications = message.AllClassifications,
            Classifications = [.. message.Classifications.Select(id => Positions.Id(id, "classification"))],
            HasAllLanguages = message.AllLanguages,
            Languages = message.Languages.Append(SyncSelection.English).ToImmutableSortedSet(StringComparer.Ordinal),
        };
    }

    internal static ImportedUpdate ReadImported(ReadOnlyMemory<byte> payload)
    {
        var message = ImportedUpdateRecord.Parser.ParseFrom(payload.Span);
        return new ImportedUpdate(Positions.Id(message.UpdateId, "update"), message.ImportedAt?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch, message.ImportedBy);
    }

    internal static ServerSettings ReadSettings(ReadOnlyMemory<byte> payload) => ServerSettingsRecord.Parser.ParseFrom(payload.Span).ContentSource switch
    {
        ContentSource.Parent => new ServerSettings(TakesContentFromMicrosoft: false),
        ContentSource.MicrosoftUpdate => new ServerSettings(TakesContentFromMicrosoft: true),
        _ => new ServerSettings(TakesContentFromMicrosoft: null),
    };

    private static IEnumerable<ByteString> InOrder(IEnumerable<Guid> ids) =>
        ids.Select(id => id.ToByteArray(bigEndian: true)).OrderBy(Convert.ToHexString, StringComparer.Ordinal).Select(bytes => ByteString.CopyFrom(bytes));
}
