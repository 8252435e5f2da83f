using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage;

/// <summary>A program that writes is killed with SIGKILL at seeded moments; what it had said to be acknowledged is there.</summary>
public sealed class KillTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly StorageFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AuthorityLog_WriterKilled_KeepsWhatItAcknowledged()
    {
        var random = new Random(1);
        var acknowledged = new Dictionary<string, (long Sequence, int Length)>();
        var (epochs, number) = (0, 0);
        for (var life = 1; life <= 4; life++)
        {
            foreach (var line in await RunAndKillAsync("authority", seed: life, random.Next(1, 400)))
            {
                var words = line.Split(' ');
                if (words[0] == "number") number = Math.Max(number, int.Parse(words[1], null));
                else if (words[0] == "ack" && (!acknowledged.TryGetValue(words[2], out var known) || known.Sequence < long.Parse(words[1], null)))
                    acknowledged[words[2]] = (long.Parse(words[1], null), int.Parse(words[3], null));
            }

            await using var log = SqliteAuthorityLog.Open(_folder.File("log.db"));
            epochs += 2;
            Assert.Equal(epochs, log.Epochs.Count);
            Assert.True((await log.AuditAsync(Token)).IsSound);
            Assert.True(await log.ReserveRevisionNumbersAsync(1, Token) > number);
            foreach (var (key, (sequence, length)) in acknowledged)
            {
                var found = (await log.FindAsync(40, Bytes(key), Token))!.Value;
                Assert.True(found.Sequence >= sequence, key);
                if (found.Sequence == sequence) Assert.Equal(length, found.Payload?.Length ?? -1);
            }
        }

        Assert.NotEmpty(acknowledged);
    }

    [Fact]
    public async Task MirrorLog_WriterKilled_GoesOnFromWhatItHadStaged()
    {
        await using var source = SqliteAuthorityLog.Open(_folder.File("log.db"));
        var random = new Random(2);
        foreach (var onTop in new[] { false, true })
        {
            for (var i = 0; i < 40; i++)
                await source.CommitAsync([.. Enumerable.Range(0, 40).Select(_ => Set($"key {random.Next(1500)}", $"{random.Next()} {new string('x', random.Next(2000))}"))], Token);
            var folded = false;
            var staged = 0L;
            for (var kill = 0; !folded; kill++)
            {
                var lines = await RunAndKillAsync("mirror", seed: 0, kill < 2 ? random.Next(2, 25) : int.MaxValue);
                Assert.True(long.Parse(lines[0].Split(' ')[1], null) >= staged, "what was staged is gone");
                folded = lines[^1] == "folded Folded";
                if (lines.LastOrDefault(line => line.StartsWith("staged", StringComparison.Ordinal)) is { } last) staged = long.Parse(last.Split(' ')[1], null);
                await using var mirror = SqliteMirrorLog.Open(_folder.File("mirror.db"));
                Assert.True((await mirror.AuditAsync(Token)).IsSound);
                Assert.True(folded || mirror.Staging.Through >= staged || mirror.Head.Position == source.Head.Position);
                folded |= mirror.Head.Position == source.Head.Position;
                if (folded) Assert.Equal(Texts(await ReadAllAsync(source)), Texts(await ReadAllAsync(mirror)));
                else Assert.Equal(onTop, !mirror.Head.Position.IsEmpty);
            }
        }
    }

    [Fact]
    public async Task ReportStore_WriterKilled_KeepsWhatItAcknowledged()
    {
        var random = new Random(3);
        var acknowledged = new Dictionary<string, long>();
        var received = 0L;
        for (var life = 1; life <= 3; life++)
        {
            foreach (var line in (await RunAndKillAsync("reports", seed: life, random.Next(1, 200))).Where(line => line.StartsWith("ack", StringComparison.Ordinal)))
            {
                var words = line.Split(' ');
                (acknowledged[words[2]], received) = (long.Parse(words[1], null), long.Parse(words[3], null));
            }

            await using var store = SqliteReportStore.Open(_folder.File("reports.db"), isRoot: false);
            var counters = (await store.ListComputersAsync(Token)).ToDictionary(computer => computer.Report.ComputerId, computer => computer.Report.Counter);
            Assert.All(acknowledged, computer => Assert.True(counters[computer.Key] >= computer.Value));
            var child = await store.FindChildAsync("replica", new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), Token);
            Assert.InRange(child!.Received, received, received + 1);
            var page = await store.ReadOutboxAsync(0, 1000, 1 << 20, Token);
            Assert.Equal((store.OutboxHead, counters.Count, counters.Count), (page.Through, page.Computers.Count, page.Statuses.Count));
        }
    }

    // Everything that it said, the last words after the decision to kill it included.
    private async Task<List<string>> RunAndKillAsync(string store, int seed, int linesBefore)
    {
        await using var writer = ProcessUnderTest.Start("Hierarchy.Testing", ["storage-writer", store, _folder.Path, "--seed", $"{seed}"]);
        var lines = new List<string>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Deadline);
        await foreach (var line in writer.ReadLinesAsync(limit.Token))
        {
            if (line.EndsWith(';')) lines.Add(line[..^1]);
            if (lines.Count == linesBefore) await writer.KillAsync(Token);
        }

        Assert.True(lines.Count > 0, writer.Log);
        return lines;
    }
}
