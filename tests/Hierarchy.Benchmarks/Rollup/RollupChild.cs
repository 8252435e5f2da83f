using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Rollup.V1;

namespace Hierarchy.Benchmarks.Rollup;

/// <summary>A replica as its parent sees it: hands over the statuses of its computers in batches, a few ahead of their acknowledgements, and is done when the root has all of them durably.</summary>
internal sealed class RollupChild(int number, int computers, int statuses, IReadOnlyList<ByteString> updates)
{
    private const int BatchesAhead = 4;
    private const int BatchStatuses = 2000;

    private readonly ByteString _id = ByteString.CopyFrom(SHA256.HashData([1, (byte)number])[..16]);
    private readonly ByteString _life = ByteString.CopyFrom(SHA256.HashData([2, (byte)number])[..16]);
    private long _through;

    /// <summary>Every computer reports that many of its updates.</summary>
    public async Task<long> ReportAsync(Uri root, long counter, int each, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(root);
        using var call = new RollupService.RollupServiceClient(channel).Rollup(cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(new RollupRequest { Started = new RollupStarted { ServerId = _id, ServerName = $"replica {number}", OutboxIncarnation = _life } }, cancellationToken);
        await AcknowledgedAsync(call, 0, cancellationToken);
        var (sent, unacknowledged) = (0L, new Queue<long>());
        for (var first = 0; first < computers;)
        {
            var batch = new ReportBatch();
            for (; first < computers && batch.Statuses.Count < BatchStatuses; first++)
                Add(batch, first, counter, each);
            batch.Through = _through += batch.Computers.Count * 5;
            sent += batch.Statuses.Count;
            await call.RequestStream.WriteAsync(new RollupRequest { Batch = batch }, cancellationToken);
            unacknowledged.Enqueue(batch.Through);
            if (unacknowledged.Count >= BatchesAhead) await AcknowledgedAsync(call, unacknowledged.Dequeue(), cancellationToken);
        }

        await AcknowledgedAsync(call, _through, cancellationToken);
        return sent;
    }

    private static async Task AcknowledgedAsync(AsyncDuplexStreamingCall<RollupRequest, RollupResponse> call, long through, CancellationToken cancellationToken)
    {
        if (through > 0 && call.ResponseStream.Current.ReceivedThrough >= through && call.ResponseStream.Current.RootedThrough >= through) return;
        while (await call.ResponseStream.MoveNext(cancellationToken))
            if (call.ResponseStream.Current.ReceivedThrough >= through && call.ResponseStream.Current.RootedThrough >= through)
                return;
        throw new InvalidOperationException("The root ended the call.");
    }

    private void Add(ReportBatch batch, int computer, long counter, int each)
    {
        var id = new Guid(number, (short)(computer >> 16), (short)computer, 1, 2, 3, 4, 5, 6, 7, 8).ToString("D");
        var time = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds((counter * 86_400) + computer));
        batch.Computers.Add(new ComputerReport { ComputerId = id, Incarnation = 1, Counter = counter, Name = $"pc-{number}-{computer}.example.org", Address = "10.1.2.3", OperatingSystem = "Windows 11 10.0.26100", ServerId = new Guid(_id.Span, bigEndian: true).ToString("D"), ReportedAt = time });
        for (var i = 0; i < each; i++)
        {
            batch.Statuses.Add(new StatusReport
            {
                ComputerId = id,
                Incarnation = 1,
                Counter = counter,
                UpdateId = updates[((computer * 7) + (i * statuses / each)) % updates.Count],
                RevisionNumber = 200,
                State = (UpdateState)(1 + ((computer + i + counter) % 6)),
                Time = time,
            });
        }
    }
}
