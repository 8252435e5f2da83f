using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.SqlServer;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>What the dialect decides without its database: what a found head means, what is tried again, how callers are grouped, what a plan is.</summary>
public sealed class CommitDecisionTests
{
    private static readonly LogId Log = new(Guid.NewGuid());
    private static readonly Guid EpochId = Guid.NewGuid();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Judge_Heads_TellsApartWhatHappened()
    {
        var known = Head(3, EpochId, 10);
        Assert.Equal(HeadFinding.Same, HeadFindings.Judge(known, null, Head(3, EpochId, 10)));
        Assert.Equal(HeadFinding.Committed, HeadFindings.Judge(known, Head(3, EpochId, 12), Head(3, EpochId, 12)));
        Assert.Equal(HeadFinding.Ahead, HeadFindings.Judge(known, null, Head(3, EpochId, 12)));
        Assert.Equal(HeadFinding.Ahead, HeadFindings.Judge(known, Head(3, EpochId, 12), Head(3, EpochId, 13)));
        Assert.Equal(HeadFinding.Ahead, HeadFindings.Judge(known, null, Head(3, EpochId, 10) with { Floor = 4 }));
        Assert.Equal(HeadFinding.Superseded, HeadFindings.Judge(known, null, Head(4, Guid.NewGuid(), 11)));
        Assert.Equal(HeadFinding.Rewound, HeadFindings.Judge(known, null, Head(3, EpochId, 9)));
        Assert.Equal(HeadFinding.Rewound, HeadFindings.Judge(known, null, Head(2, Guid.NewGuid(), 10)));
        Assert.Equal(HeadFinding.Rewound, HeadFindings.Judge(known, null, Head(3, Guid.NewGuid(), 12)));
        Assert.Equal(HeadFinding.Rewound, HeadFindings.Judge(known, null, Head(3, EpochId, 10, count: 99)));
        Assert.Equal(HeadFinding.Rewound, HeadFindings.Judge(known, null, LogHead.Empty));
        var other = Head(4, EpochId, 12);
        Assert.Equal(HeadFinding.Rewound, HeadFindings.Judge(known, null, other with { Position = other.Position with { Log = new LogId(Guid.NewGuid()) } }));
    }

    [Fact]
    public void Retry_IsBoundedJitteredAndForDeadlocksAndDuplicatesAlone()
    {
        Assert.True(RetryPolicy.IsUndone(1205));
        Assert.True(RetryPolicy.IsUndone(2601));
        Assert.True(RetryPolicy.IsUndone(2627));
        Assert.All([-2, 0, 53, 547, 1204, 3960, 4060, 10054, 18456], number => Assert.False(RetryPolicy.IsUndone(number)));
        var longest = TimeSpan.Zero;
        for (var attempt = 1; attempt < RetryPolicy.Attempts; attempt++)
        {
            Assert.True(RetryPolicy.DelayAfter(attempt, 0) < RetryPolicy.DelayAfter(attempt, 0.9));
            longest += RetryPolicy.DelayAfter(attempt, 1)!.Value;
        }

        Assert.InRange(longest, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        Assert.Null(RetryPolicy.DelayAfter(RetryPolicy.Attempts, 0.5));
    }

    [Fact]
    public async Task Queue_CallersThatComeMeanwhile_ShareOneTransactionWithinTheLimits()
    {
        using var first = new ManualResetEventSlim();
        var groups = new List<int>();
        await using var queue = new CommitQueue<LogWork>(
            group =>
            {
                first.Wait(Token);
                groups.Add(group.Count);
                Assert.True(group.Sum(work => work.Keys.Count) <= 1000);
                foreach (var work in group)
                    work.Complete();
                return null;
            },
            "test");
        var answers = Enumerable.Range(0, 100).Select(i => queue.RunAsync<int, LogWork<int>>(Work(i % 10 == 0 ? 500 : 1), Token).AsTask()).ToArray();
        first.Set();
        await Task.WhenAll(answers);
        Assert.InRange(groups.Count, 5, 40);
        Assert.Equal(100, groups.Sum());
    }

    [Fact]
    public async Task Queue_OneCallerIsRefused_TheOthersAreNot()
    {
        await using var queue = new CommitQueue<LogWork>(
            group =>
            {
                if (group.Any(work => work.Keys.Count == 13)) return new IntegrityException("unlucky");
                foreach (var work in group)
                    work.Complete();
                return null;
            },
            "test");
        var answers = Enumerable.Range(1, 30).Select(i => queue.RunAsync<int, LogWork<int>>(Work(i), Token).AsTask()).ToArray();
        for (var i = 0; i < answers.Length; i++)
        {
            if (i + 1 == 13) await Assert.ThrowsAsync<IntegrityException>(async () => await answers[i]);
            else await answers[i];
        }
    }

    [Fact]
    public async Task Queue_DatabaseIsAway_EveryCallerIsToldAtOnce()
    {
        using var first = new ManualResetEventSlim();
        var tried = 0;
        await using var queue = new CommitQueue<LogWork>(
            _ =>
            {
                first.Wait(Token);
                tried++;
                return new UnavailableException("away");
            },
            "test");
        var answers = Enumerable.Range(0, 50).Select(_ => queue.RunAsync<int, LogWork<int>>(Work(1), Token).AsTask()).ToArray();
        first.Set();
        foreach (var answer in answers)
            await Assert.ThrowsAsync<UnavailableException>(async () => await answer);
        Assert.InRange(tried, 1, 49);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Plan_RandomChanges_MakesWhatAPlainLogMakes(int seed)
    {
        var random = new Random(seed);
        var source = new SampleSource();
        var rows = source.After(0).ToDictionary(record => record.Sequence);
        var view = new LogView(source.Head, source.Epochs, null, 0);
        for (var round = 0; round < 60; round++)
        {
            var callers = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => random.Next(4) == 0 ? Delete($"{random.Next(8)}") : Set($"{random.Next(8)}", $"{random.Next(3)}")).ToArray()).ToArray();
            var keys = callers.SelectMany(changes => changes).Select(change => Convert.ToHexString(change.Key.Span)).ToHashSet();
            var plan = new CommitPlan(view, rows.Values.Where(record => keys.Contains(Convert.ToHexString(record.Key.Span))));
            foreach (var changes in callers)
            {
                plan.Add(changes);
                foreach (var change in changes.Where(change => !ChangesNothing(source, change)))
                    source.Commit(change);
                Assert.Equal(source.Head.Position, plan.After.Position);
                Assert.Equal(source.Head.Digest.ToArray(), plan.After.Digest.ToArray());
                Assert.Equal(source.Head.Count, plan.After.Count);
            }

            foreach (var sequence in plan.Remove)
                Assert.True(rows.Remove(sequence));
            foreach (var record in plan.Put)
                rows.Add(record.Sequence, record);
            Assert.Equal(Texts(source.After(0)), Texts(rows.Values.OrderBy(record => record.Sequence)));
            view = plan.Written;
        }
    }

    private static bool ChangesNothing(SampleSource source, Change change)
    {
        var old = source.After(0).Where(record => record.Kind == change.Kind && record.Key.Span.SequenceEqual(change.Key.Span)).Select(record => (ChangeRecord?)record).SingleOrDefault();
        if (old is not { Payload: { } payload }) return change.Payload is null;
        return change.Payload is { } after && after.Span.SequenceEqual(payload.Span);
    }

    private static LogWork<int> Work(int keys) => new([.. Enumerable.Range(0, keys).Select(i => (Kind, Bytes($"{i}")))], keys, _ => 0, Token);

    private static LogHead Head(int epoch, Guid epochId, long sequence, long count = 5) => new(new Position(Log, epoch, epochId, sequence), 0, count, new byte[2048]);
}
