using Google.Protobuf;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Replication.Wire;

/// <summary>How decisions go on by themselves. Never a tombstone: the defaults are written, too, so that every server knows since when they hold.</summary>
public static class SettingsRecords
{
    /// <summary>The settings.</summary>
    public static Change Settings(DecisionSettings settings) => new((int)RecordKind.DecisionSettings, Array.Empty<byte>(), Message(settings).ToByteArray());

    /// <summary>The message of their record.</summary>
    public static DecisionSettingsRecord Message(DecisionSettings settings) => new() { KeepApprovedRevisions = settings.KeepsApprovedRevisions, KeepExpired = settings.KeepsExpired };

    internal static DecisionSettings Read(ReadOnlyMemory<byte> payload)
    {
        var message = DecisionSettingsRecord.Parser.ParseFrom(payload.Span);
        return new DecisionSettings { KeepsApprovedRevisions = message.KeepApprovedRevisions, KeepsExpired = message.KeepExpired };
    }
}
