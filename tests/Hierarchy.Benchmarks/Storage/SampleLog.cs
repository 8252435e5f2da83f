using Hierarchy.Domain.Changes;

namespace Hierarchy.Benchmarks.Storage;

/// <summary>A log's records in memory, with the checkpoint that they equal. The payloads do not compress: they stand for documents that are compressed already.</summary>
internal sealed record SampleLog(ChangeRecord[] Records, Checkpoint Checkpoint)
{
    private const int Kind = 40;

    public static SampleLog Create(int count, int payloadSize)
    {
        var random = new Random(1);
        var epoch = new Epoch(1, Guid.NewGuid(), Guid.Empty, 1, default);
        var records = new ChangeRecord[count];
        records[0] = new ChangeRecord(1, RecordKinds.Epoch, EpochPayload.Key(1), EpochPayload.Write(epoch));
        for (var i = 1; i < count; i++)
        {
            var key = new byte[20];
            var payload = new byte[random.Next(payloadSize * 3 / 4, payloadSize * 5 / 4)];
            random.NextBytes(key);
            random.NextBytes(payload);
            records[i] = new ChangeRecord(i + 1, Kind, key, payload);
        }

        var digest = new LogDigest();
        digest.AddRange(records);
        var position = new Position(new LogId(Guid.NewGuid()), 1, epoch.Id, count);
        return new SampleLog(records, new Checkpoint(position, count, digest.ToBytes(), DateTimeOffset.UnixEpoch.AddDays(1), default));
    }
}
