using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Testing.Chaos;

/// <summary>
/// What a server's catalog is, whatever became of the synchronizations that made it: SHA-256 over its live revisions in the order of their ids; of each the id, the digest of
/// the document (opened, and checked against it), and everything that the root derived from it, with files and where they are found. Left out is what may differ between two roots
/// of one upstream: the order in the log, the short numbers, and the times of arrival. Taken from the feed, as a replica would.
/// </summary>
public sealed record CatalogDigest(string Sha256, int Revisions)
{
    /// <summary>Asks a server for its whole log.</summary>
    public static async Task<CatalogDigest> OfAsync(ChannelBase server, CancellationToken cancellationToken)
    {
        var records = new Dictionary<ByteString, Record>();
        using var call = new FeedService.FeedServiceClient(server).Follow(
            new FollowRequest { ServerId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray(bigEndian: true)), ServerName = "catalog digest" }, cancellationToken: cancellationToken);
        await foreach (var answer in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            if (answer.EventCase == FollowResponse.EventOneofCase.CaughtUp) return Digest(records);
            if (answer.EventCase != FollowResponse.EventOneofCase.Page) continue;
            if (answer.Page.Batch.Encoding == Encoding.Brotli) throw new InvalidOperationException("The feed is compressed, and nobody asked for that.");
            foreach (var record in RecordBatch.Parser.ParseFrom(answer.Page.Batch.Data).Records)
            {
                // A record that moved while the pages were read comes again, later in the log.
                if (record.Kind == (int)RecordKind.Revision) records[record.Key] = record;
            }
        }

        throw new InvalidOperationException("The feed ended before the server's head was reached.");
    }

    public override string ToString() => $"{Revisions} revisions, {Sha256[..16]}";

    private static CatalogDigest Digest(Dictionary<ByteString, Record> records)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var live = records.Values.Where(record => !record.Deleted).OrderBy(record => Convert.ToHexString(record.Key.Span), StringComparer.Ordinal).ToList();
        foreach (var record in live)
        {
            var head = RevisionRecords.ReadHead(record.Payload.Memory);
            (head.RevisionId, head.ArrivalDate) = (0, null);
            hash.AppendData(record.Key.Span);
            hash.AppendData(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(RevisionRecords.ReadDocument(record.Payload.Memory))));
            hash.AppendData(head.ToByteArray());
        }

        return new CatalogDigest(Convert.ToHexStringLower(hash.GetHashAndReset()), live.Count);
    }
}
