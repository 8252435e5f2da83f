using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Approvals.Rules;

/// <summary>Which updates are new to the rules, also after the catalog's log was taken back.</summary>
public sealed class NewUpdatesTests
{
    private static readonly LogId Log = new(Guid.NewGuid());
    private static readonly Epoch First = new(1, Guid.NewGuid(), Guid.Empty, 1, ReadOnlyMemory<byte>.Empty);
    private static readonly Epoch Second = new(2, Guid.NewGuid(), First.Id, 50, ReadOnlyMemory<byte>.Empty);
    private static readonly Epoch Restored = new(100_002, Guid.NewGuid(), First.Id, 30, ReadOnlyMemory<byte>.Empty);

    private readonly RuleScene _scene = new();

    [Fact]
    public void Of_Updates_AreThoseWhoseFirstRevisionCameBehindThePlaceInTheOrderInWhichTheyCame()
    {
        var old = _scene.Update("Old");
        var since = _scene.View.Head.Position.Sequence;
        var second = _scene.Update("New, by a higher id", id: new Guid("ffffffff-0000-0000-0000-000000000001"));
        var third = _scene.Update("New, by a lower id", id: new Guid("00000000-0000-0000-0000-000000000001"));
        _scene.Update("Old", id: old, revision: 101);
        _scene.Update("New, by a higher id", id: second, revision: 99); // an older revision that comes later

        var all = NewUpdates.Of(_scene.View, since, long.MaxValue);

        Assert.Equal([second, third], all.Select(found => found.Update.UpdateId));
        Assert.Equal([second], NewUpdates.Of(_scene.View, since, all[0].First).Select(found => found.Update.UpdateId));
        Assert.Equal([third], NewUpdates.Of(_scene.View, all[0].First, long.MaxValue).Select(found => found.Update.UpdateId));
        Assert.Empty(NewUpdates.Of(_scene.View, _scene.View.Head.Position.Sequence, long.MaxValue));
    }

    [Fact]
    public void IsIncomplete_Bundle_UntilAllThatItBringsIsThere()
    {
        var child = _scene.Update("Child", "bundled");
        var bundle = _scene.Update("Bundle", brings: [[child]]);
        var missing = new RevisionId(Guid.NewGuid(), 1);
        Assert.False(NewUpdates.IsIncomplete(_scene.View, _scene[bundle]));

        var entry = _scene[bundle].Latest!; // it was added
        _scene.Approvals.Apply(new ViewRecord.Revision(entry with { BundledUpdates = [.. entry.BundledUpdates, new BundleGroup([missing])] }));

        Assert.True(NewUpdates.IsIncomplete(_scene.View, _scene[bundle]));
    }

    [Theory]
    [InlineData(1, 40, 40L)] // an epoch that the log knows
    [InlineData(2, 60, 60L)]
    [InlineData(1, 49, 49L)]
    public void SinceIn_SameHistory_IsThePlaceItself(int epoch, long sequence, long expected) =>
        Assert.Equal(expected, Progress(epoch == 1 ? First : Second, sequence).SinceIn([First, Second], Head(Second, 70)));

    [Fact]
    public void SinceIn_LogThatWasTakenBack_IsTheLastThatBothHave()
    {
        // It looked as far as 60; the root was restored from what it had at 29, and has come to 90 since.
        Assert.Equal(29, Progress(Second, 60).SinceIn([First, Restored], Head(Restored, 90)));
        Assert.Equal(29, Progress(First, 45).SinceIn([First, Restored], Head(Restored, 90)));
        Assert.Equal(20, Progress(First, 20).SinceIn([First, Restored], Head(Restored, 90)));
    }

    [Fact]
    public void SinceIn_LogThatHasNotComeSoFar_IsItsHead() => Assert.Equal(55, Progress(Second, 60).SinceIn([First, Second], Head(Second, 55)));

    [Fact]
    public void SinceIn_AnotherLog_IsNotComparable() =>
        Assert.Null(new RuleProgress(new Position(new LogId(Guid.NewGuid()), 1, First.Id, 5)).SinceIn([First], Head(First, 10)));

    private static RuleProgress Progress(Epoch epoch, long sequence) => new(new Position(Log, epoch.Number, epoch.Id, sequence));

    private static LogHead Head(Epoch epoch, long sequence) => new(new Position(Log, epoch.Number, epoch.Id, sequence), 0, 0, new byte[2048]);
}
