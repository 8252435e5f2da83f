using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Sqlite;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage.PowerLoss;

/// <summary>The power fails at a seeded moment, in the middle of whatever the disk is doing, and with it goes what was not synced: nothing of it, some sectors of it, or all of it had arrived.</summary>
public sealed class PowerLossTests
{
    private const int Seeds = 24;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AuthorityLog_PowerLoss_KeepsWhatItAcknowledgedAndNothingByHalves()
    {
        for (var seed = 1; seed <= Seeds; seed++)
            Assert.Null(await LoseAuthorityAsync(seed, lies: false));
    }

    [Fact]
    public async Task AuthorityLog_OnADiskThatNeverSyncs_IsCaughtByThisHarness()
    {
        // The same test with the syncs taken away has to fail: otherwise it proves nothing.
        var losses = 0;
        for (var seed = 1; seed <= 12; seed++)
            if (await LoseAuthorityAsync(seed, lies: true) is not null)
                losses++;
        Assert.True(losses >= 6, $"only {losses} of 12 losses were noticed");
    }

    [Fact]
    public async Task ReportStore_PowerLoss_KeepsWhatItAcknowledged()
    {
        for (var seed = 1; seed <= Seeds / 2; seed++)
            await LoseReportsAsync(seed);
    }

    [Fact]
    public async Task MirrorLog_PowerLoss_IsAnEarlierStateAndGoesOnFromThere()
    {
        for (var seed = 1; seed <= Seeds; seed++)
            await LoseMirrorAsync(seed);
    }

    // Null when everything is as it must be; otherwise what is wrong.
    private static async Task<string?> LoseAuthorityAsync(int seed, bool lies)
    {
        var random = new Random(seed);
        using var disk = new PowerLossDisk { Lies = lies };
        var acknowledged = new Dictionary<string, (long Sequence, string? Value)>();
        var head = 0L;
        var number = 0;
        var lives = 0;
        disk.FailPowerAfter(random.Next(5, 400));
        SqliteAuthorityLog? log = null;
        try
        {
            while (true)
            {
                // A server that is closed in between: the log is folded into the file then.
                log = SqliteAuthorityLog.Open(disk.File("log.db"));
                lives++;
                for (var i = 0; i < 40; i++)
                {
                    var changes = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Change(random)).ToArray();
                    var transaction = await log.CommitAsync(changes, Token);
                    foreach (var record in transaction.Records)
                        acknowledged[Text(record.Key)] = (record.Sequence, record.IsTombstone ? null : Text(record.Payload));
                    head = transaction.Head.Position.Sequence;
                    if (random.Next(10) == 0) number = await log.ReserveRevisionNumbersAsync(random.Next(1, 1500), Token);
                    if (random.Next(20) == 0) await log.CompactAsync(head - 20, Token);
                }

                await log.DisposeAsync();
            }
        }
        catch (UnavailableException)
        {
            if (log is not null) await log.DisposeAsync();
        }

        disk.Restore(random, survives: seed % 3 / 2.0);
        return await CheckAuthorityAsync(disk.Plain("log.db"), seed, lives, head, number, acknowledged);
    }

    private static async Task<string?> CheckAuthorityAsync(
        SqliteStoreOptions options, int seed, int lives, long head, int number, Dictionary<string, (long Sequence, string? Value)> acknowledged)
    {
        try
        {
            await using var log = SqliteAuthorityLog.Open(options);
            if (log.Head.Position.Sequence <= head) return $"seed {seed}: the head was {head} and is {log.Head.Position.Sequence}";
            if (log.Epochs.Count <= lives - 1) return $"seed {seed}: an epoch is lost";
            if (!(await log.AuditAsync(Token)).IsSound) return $"seed {seed}: rows and head do not fit";
            foreach (var (key, (sequence, value)) in acknowledged)
            {
                // What was on its way when the power failed may have come through: then the key stands later than acknowledged.
                var found = await log.FindAsync(Kind, Bytes(key), Token);
                var isKept = found is { } record ? record.Sequence > head || (record.Sequence == sequence && (record.IsTombstone ? null : Text(record.Payload)) == value) : value is null && sequence <= log.Head.Floor;
                if (!isKept) return $"seed {seed}: {key} was acknowledged as {sequence} and is {found?.Sequence}";
            }

            if (await log.ReserveRevisionNumbersAsync(1, Token) <= number) return $"seed {seed}: revision number {number} is given again";
            return CheckPages(options);
        }
        catch (IntegrityException exception)
        {
            return $"seed {seed}: {exception.Message}";
        }
    }

    private static string? CheckPages(SqliteStoreOptions options)
    {
        using var session = SqliteSession.OpenReader(options);
        var check = session.Statement("PRAGMA integrity_check");
        check.Step();
        var answer = check.Text(0);
        check.Reset();
        return answer == "ok" ? null : answer;
    }

    private static Change Change(Random random)
    {
        var key = $"key {random.Next(60)}";
        return random.Next(5) == 0 ? Delete(key) : Set(key, $"{random.Next()} {new string('x', random.Next(3000))}");
    }

    private static async Task LoseReportsAsync(int seed)
    {
        var random = new Random(seed);
        using var disk = new PowerLossDisk();
        var acknowledged = new Dictionary<string, long>();
        var (life, received, rooted, head) = (Guid.NewGuid(), 0L, 0L, 0L);
        disk.FailPowerAfter(random.Next(5, 300));
        SqliteReportStore? store = null;
        try
        {
            store = SqliteReportStore.Open(disk.File("reports.db"), isRoot: false);
            for (var counter = 1; ; counter++)
            {
                var computer = new ComputerReport { ComputerId = $"c{random.Next(10)}", Incarnation = 1, Counter = counter, Name = new string('n', random.Next(500)) };
                var child = random.Next(2) == 0 ? null : new ChildOutbox("replica", life, received + 1);
                await store.MergeAsync([computer], [], child, Token);
                (acknowledged[computer.ComputerId], received, head) = (counter, child?.Received ?? received, store.OutboxHead);
                if (random.Next(8) != 0) continue;
                await store.AcknowledgeAsync(Math.Max(0, head - 2), Math.Max(0, head - 2), life, Token);
                rooted = Math.Max(rooted, head - 2);
            }
        }
        catch (UnavailableException)
        {
            if (store is not null) await store.DisposeAsync();
        }

        disk.Restore(random, survives: seed % 3 / 2.0);
        await using var reopened = SqliteReportStore.Open(disk.Plain("reports.db"), isRoot: false);
        Assert.True(reopened.OutboxHead >= head, $"seed {seed}");
        Assert.True(reopened.Rooted >= rooted, $"seed {seed}");
        var counters = (await reopened.ListComputersAsync(Token)).ToDictionary(computer => computer.Report.ComputerId, computer => computer.Report.Counter);
        Assert.All(acknowledged, computer => Assert.True(counters[computer.Key] >= computer.Value, $"seed {seed}"));
        if (received > 0) Assert.InRange((await reopened.FindChildAsync("replica", life, Token))!.Received, received, received + 1);
        Assert.Null(CheckPages(disk.Plain("reports.db")));
    }

    private static async Task LoseMirrorAsync(int seed)
    {
        var random = new Random(seed);
        using var disk = new PowerLossDisk();
        var source = new SampleSource();
        var states = new Dictionary<long, byte[]> { [0] = new byte[2048] };
        SqliteMirrorLog? mirror = null;
        disk.FailPowerAfter(random.Next(5, 250));
        try
        {
            mirror = SqliteMirrorLog.Open(disk.File("mirror.db"));
            for (var round = 0; ; round++)
            {
                var before = mirror.Head.Position.Sequence;
                source.Commit([.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Change(random))]);
                states[source.Head.Position.Sequence] = source.Head.Digest.ToArray();
                if (round % 4 == 2) Assert.Equal(FoldResult.Folded, await mirror.ApplyAsync(source.After(before), source.Checkpoint(), 0, Token));
                else await FollowAsync(mirror, source, round % 4 == 3 ? StagingMode.Snapshot : StagingMode.CatchUp);
            }
        }
        catch (UnavailableException)
        {
            if (mirror is not null) await mirror.DisposeAsync();
        }

        disk.Restore(random, survives: seed % 3 / 2.0);
        await using var reopened = SqliteMirrorLog.Open(disk.Plain("mirror.db"));
        Assert.True(states.TryGetValue(reopened.Head.Position.Sequence, out var digest), $"seed {seed}: {reopened.Head.Position} was never a state of the source");
        Assert.Equal(digest, reopened.Head.Digest.ToArray());
        Assert.True((await reopened.AuditAsync(Token)).IsSound, $"seed {seed}");
        Assert.Null(CheckPages(disk.Plain("mirror.db")));

        await FollowAsync(reopened, source, StagingMode.CatchUp);
        Assert.Equal(Texts(source.After(0)), Texts(await ReadAllAsync(reopened)));
    }

    // Goes on with what is staged, if anything is.
    private static async Task FollowAsync(SqliteMirrorLog mirror, SampleSource source, StagingMode mode)
    {
        if (mirror.Staging.Mode == StagingMode.None) await mirror.BeginStagingAsync(mode, 0, Token);
        foreach (var page in source.After(mirror.Staging.Through).Chunk(9))
            await mirror.StageAsync(page, page[^1].Sequence, page[^1].Sequence, Token);
        Assert.Equal(FoldResult.Folded, await mirror.FoldAsync(source.Checkpoint(), Token));
    }
}
