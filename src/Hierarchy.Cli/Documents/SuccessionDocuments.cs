using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>A server that is the root now.</summary>
/// <param name="ServerId">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Before">Where it goes on from.</param>
/// <param name="Position">Where it stands, in its own epoch.</param>
/// <param name="MissingRecords">Later changes that it had heard of and not got.</param>
/// <param name="LacksSecret">Decryption keys in its log cannot be opened.</param>
internal sealed record PromotionDocument(string? ServerId, string Name, PositionDocument? Before, PositionDocument? Position, long MissingRecords, bool LacksSecret);

/// <summary>All losses of a server.</summary>
internal sealed record LossListDocument(IReadOnlyList<LossBody> Losses);

/// <summary>One loss, record by record.</summary>
internal sealed record LossDocument(long LossId, IReadOnlyList<LostRecordBody> Records);

/// <summary>A loss that was removed.</summary>
internal sealed record LossForgottenDocument(LossBody Forgotten);

/// <summary>What a server held of a history that another one took the place of.</summary>
internal sealed record LossBody(long LossId, string? Time, string Reason, PositionDocument? Before, long CommonSequence, PositionDocument? After, long Records)
{
    public static LossBody From(Loss loss) =>
        new(loss.Id, Wire.Time(loss.Time), loss.Reason, PositionDocument.From(loss.Before), loss.CommonSequence, PositionDocument.From(loss.After), loss.Records);
}

/// <summary>A record of a loss: the payload in Base64, null for a key that had been deleted.</summary>
internal sealed record LostRecordBody(long Sequence, int Kind, string? Key, bool Deleted, string? Payload, string Description)
{
    public static LostRecordBody From(ShowLossResponse record) =>
        new(record.Sequence, record.Kind, Wire.Hex(record.Key), record.Deleted, record.Deleted ? null : record.Payload.ToBase64(), record.Description);
}
