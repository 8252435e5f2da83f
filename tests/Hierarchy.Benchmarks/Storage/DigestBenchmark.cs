using System.Diagnostics;
using System.Security.Cryptography;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Digest;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;

namespace Hierarchy.Benchmarks.Storage;

/// <summary>The digest of a log on one core, beside the platform's SHAKE128 to 2 KiB of inputs of the same size. Medians of three, taken in turns.</summary>
internal static class DigestBenchmark
{
    private const int Records = 50_000;
    private const int InputSize = 85;
    private const int Rounds = 3;
    private const int VerifiedRecords = 200_000;
    private const int Transaction = 1000;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        // Small payloads: their SHA-256 is no part of what is compared. The verification has payloads of the usual size.
        var small = SampleLog.Create(Records, 8).Records;
        var usual = SampleLog.Create(Records, 2_000);
        var (bare, expansions, replacements, verification) = (new double[Rounds], new double[Rounds], new double[Rounds], new double[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Shake128.IsSupported) bare[round] = Rate(Records, ExpandBare);
            expansions[round] = Rate(Records, () => new LogDigest().AddRange(small));
            replacements[round] = Rate(Records, () => Replace(small));
            verification[round] = Seconds(() => Verify(usual));
        }

        figures.Add("digest_bare_shake128", Median(bare), "expansions/s");
        figures.Add("digest_expansions", Median(expansions), "expansions/s");
        figures.Add("digest_replacements", Median(replacements), "replacements/s");
        figures.Add("digest_of_50000", Median(verification) * 1000, "ms");
        figures.Add($"digest_verify_{VerifiedRecords}", await VerifyStorageAsync(cancellationToken) * 1000, "ms");
    }

    /// <summary>What a scrub and `servers verify` do: every row of a log on disk is read, hashed and added up, by kind.</summary>
    private static async Task<double> VerifyStorageAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = folder["log.db"] });
        var random = new Random(1);
        for (var written = 0; written < VerifiedRecords; written += Transaction)
            await log.CommitAsync(Enumerable.Range(0, Transaction).Select(_ => new Change(40 + random.Next(8), Bytes(random, 20), Bytes(random, random.Next(750, 1250)))).ToArray(), cancellationToken);
        var times = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var inventory = await LogInventory.ReadAsync(log, () => new LogDigest(), pace: null, cancellationToken);
            if (!inventory.IsSound) throw new InvalidOperationException("The records of a log that was just written differ from its digest.");
            times[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return Median(times);
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void ExpandBare()
    {
        Span<byte> input = stackalloc byte[InputSize];
        Span<byte> element = stackalloc byte[LogDigest.Size];
        for (var i = 0; i < Records; i++)
            Shake128.HashData(input, element);
    }

    private static void Replace(ChangeRecord[] records)
    {
        var digest = new LogDigest();
        foreach (var record in records)
        {
            digest.Subtract(record);
            digest.Add(record with { Sequence = record.Sequence + Records });
        }

        digest.ToBytes();
    }

    private static void Verify(SampleLog log)
    {
        var digest = new LogDigest();
        digest.AddRange(log.Records);
        if (!digest.Matches(log.Checkpoint.Digest.Span)) throw new InvalidOperationException("The digest of the same records differs.");
    }

    private static double Rate(int count, Action run) => count / Seconds(run);

    private static double Seconds(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
