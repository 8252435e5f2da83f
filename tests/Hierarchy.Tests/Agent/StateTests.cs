using System.Text;
using Google.Protobuf;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.State;
using Hierarchy.Domain;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Agent;

public sealed class StateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FrameFile_CutAtEveryLength_GivesAPrefixAndGoesOn()
    {
        string[] texts = ["", "one", "two two", new string('x', 30)];
        var path = _folder["frames"];
        using (var file = FrameFile.Open(path, (_, _) => true))
            foreach (var text in texts) file.Append(Encoding.UTF8.GetBytes(text));
        var whole = File.ReadAllBytes(path);

        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            var read = new List<string>();
            using (var file = FrameFile.Open(path, (_, frame) => Add(read, frame))) file.Append("more"u8);
            Assert.Equal(texts[..read.Count], read);
            if (length == whole.Length) Assert.Equal(texts.Length, read.Count);
            read.Clear();
            using (FrameFile.Open(path, (_, frame) => Add(read, frame))) Assert.Equal("more", read[^1]);
        }

        static bool Add(List<string> read, ReadOnlyMemory<byte> frame)
        {
            read.Add(Encoding.UTF8.GetString(frame.Span));
            return true;
        }
    }

    [Fact]
    public void FrameFile_AnyByteFlipped_NeverGivesThatFrame()
    {
        var path = _folder["frames"];
        using (var file = FrameFile.Open(path, (_, _) => true)) file.Append("contents"u8);
        var whole = File.ReadAllBytes(path);
        for (var index = 0; index < whole.Length; index++)
        {
            var damaged = whole.ToArray();
            damaged[index] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            using var file = FrameFile.Open(path, (_, _) => throw new InvalidOperationException("a damaged frame was handed over"));
            Assert.Equal(damaged.Length, file.Lost);
        }
    }

    [Fact]
    public void StateFolder_Taken_IsRefused()
    {
        using var first = Open();

        var exception = Assert.Throws<UnavailableException>(Open);

        Assert.Contains("in use by another agent", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counter_AfterACrash_IsHigherThanEveryOneUsed()
    {
        var highest = 0L;
        Guid? id = null;
        for (var start = 0; start < 5; start++)
        {
            // Never closed in order: what is on the disk is all that counts.
            using var folder = Open();
            id ??= folder.Identity.Id;
            Assert.Equal(id, folder.Identity.Id);
            for (var count = 0; count < 100 * start; count++)
            {
                var counter = folder.NextCounter();
                Assert.True(counter > highest);
                highest = counter;
            }
        }
    }

    [Fact]
    public void DecisionBook_Reopened_StandsWhereItStood()
    {
        using var folder = Open();
        using (var book = DecisionBook.Open(folder))
        {
            book.Replace([Decision(1, DecisionAction.Evaluate), Decision(2, DecisionAction.Evaluate)], At(10), ByteString.CopyFrom(1, 2));
            book.Apply([Decision(3, DecisionAction.Install)], [1], At(11), ByteString.CopyFrom(3));
        }

        using var again = DecisionBook.Open(folder);

        Assert.Equal([2, 3], again.Decisions.Keys.Order());
        Assert.Equal(Decision(3, DecisionAction.Install), again.Decisions[3]);
        Assert.Equal(At(11), again.Position);
        Assert.Equal(ByteString.CopyFrom(3), again.ScopeHash);
    }

    [Fact]
    public void DecisionBook_WithAnOverlay_KeepsBothPositionsUntilThereIsNoneAgain()
    {
        using var folder = Open();
        using (var book = DecisionBook.Open(folder))
        {
            book.Replace([Decision(1, DecisionAction.Evaluate)], At(10), ByteString.CopyFrom(1), At(3));
            book.Apply([Decision(1, DecisionAction.Install)], [], At(10), ByteString.CopyFrom(1), At(4));
        }

        using (var again = DecisionBook.Open(folder))
        {
            Assert.Equal((At(10), At(4)), (again.Position, again.OverlayPosition));
            Assert.Equal("10@1+4@1", again.PositionText);
            again.Advance(At(11), At(5));
            Assert.Equal((At(11), At(5)), (again.Position, again.OverlayPosition));
            again.Replace([Decision(1, DecisionAction.Evaluate)], At(12), ByteString.CopyFrom(2));
        }

        using var plain = DecisionBook.Open(folder);
        Assert.Equal((At(12), null), (plain.Position, plain.OverlayPosition));
        Assert.Equal("12@1", plain.PositionText);
    }

    [Fact]
    public void DecisionBook_LastBatchTorn_StandsBeforeIt()
    {
        using var folder = Open();
        using (var book = DecisionBook.Open(folder))
        {
            book.Replace([Decision(1, DecisionAction.Evaluate)], At(10), ByteString.CopyFrom(1));
            book.Apply([Decision(1, DecisionAction.Install)], [], At(11), ByteString.CopyFrom(1));
        }

        using (var stream = File.OpenWrite(folder.Combine("decisions.log"))) stream.SetLength(stream.Length - 1);
        using var again = DecisionBook.Open(folder);

        Assert.Equal(DecisionAction.Evaluate, again.Decisions[1].Action);
        Assert.Equal(At(10), again.Position);
    }

    [Fact]
    public void DecisionBook_ManyBatches_AreWrittenTogether()
    {
        using var folder = Open();
        using var book = DecisionBook.Open(folder);
        book.Replace(Enumerable.Range(1, 100).Select(number => Decision(number, DecisionAction.Evaluate)), At(1), ByteString.Empty);
        for (var sequence = 2; sequence < 300; sequence++)
            book.Apply([.. Enumerable.Range(1, 100).Select(number => Decision(number, DecisionAction.Install))], [], At(sequence), ByteString.Empty);

        Assert.True(new FileInfo(folder.Combine("decisions.log")).Length < 1_200_000);
        Assert.Equal(100, book.Decisions.Count);
    }

    [Fact]
    public void StatusBook_Reopened_KnowsWhatIsNotReportedYet()
    {
        using var folder = Open();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        using (var book = StatusBook.Open(folder, TimeProvider.System))
        {
            book.Set([Said(first, UpdateState.NotInstalled), Said(second, UpdateState.Failed, code: 5)]);
            var pending = book.Pending(10);
            book.Set([Said(second, UpdateState.Installed)]);

            // The second changed while the report was under way.
            book.MarkReported(pending);
            Assert.Equal(1, book.PendingCount);
        }

        using var again = StatusBook.Open(folder, TimeProvider.System);
        Assert.Equal(second, Assert.Single(again.Pending(10)).UpdateId);
        again.Set([Said(first, UpdateState.NotInstalled)]);
        Assert.Equal(1, again.PendingCount);
        again.MarkAllPending();
        Assert.Equal(2, again.PendingCount);
    }

    [Fact]
    public void StatusBook_StatesOfUsersAndHeldOnes_AreKeptBesideTheComputers()
    {
        using var folder = Open();
        var id = Guid.NewGuid();
        ReportedState[] states = [Said(id, UpdateState.NotApplicable), Said(id, UpdateState.Installed, user: "anna"), Said(id, UpdateState.NotInstalled, user: "bert", hold: HoldReason.UserNotLoggedOn)];
        using (var book = StatusBook.Open(folder, TimeProvider.System)) book.Set(states);

        using var again = StatusBook.Open(folder, TimeProvider.System);
        Assert.Equal(3, again.PendingCount);
        Assert.Equal(states, again.Pending(10).Select(said => new ReportedState(said.UpdateId, said.User, said.Entry.RevisionNumber, said.Entry.State, said.Entry.Code, said.Entry.Hold)).OrderBy(said => said.User, StringComparer.Ordinal));
        again.MarkReported(again.Pending(10));
        again.Set(states);
        Assert.Equal(0, again.PendingCount);

        // What is not held any more is another state.
        again.Set([states[2] with { Hold = HoldReason.None }]);
        Assert.Equal("bert", Assert.Single(again.Pending(10)).User);
    }

    [Fact]
    public void StateFolder_WithAGivenId_IsThatComputerFromTheBeginning()
    {
        var id = Guid.NewGuid();
        using (var folder = StateFolder.Open(_folder["state"], TimeProvider.System, NullLogger.Instance, id)) Assert.Equal(id, folder.Identity.Id);
        using (var again = Open()) Assert.Equal(id, again.Identity.Id);

        var refused = Assert.Throws<UnavailableException>(() => StateFolder.Open(_folder["state"], TimeProvider.System, NullLogger.Instance, Guid.NewGuid()));

        Assert.Contains(id.ToString("D"), refused.Message, StringComparison.Ordinal);
        using var free = Open();
    }

    private StateFolder Open() => StateFolder.Open(_folder["state"], TimeProvider.System, NullLogger.Instance);

    private static Position At(long sequence) => new() { Epoch = 1, Sequence = sequence };

    private static ClientDecision Decision(int number, DecisionAction action)
        => new(number, new RevisionId(new Guid(number, 0, 0, new byte[8]), 1), action, DateTimeOffset.UnixEpoch.AddDays(number), (ulong)number);

    private static ReportedState Said(Guid id, UpdateState state, int code = 0, string user = "", HoldReason hold = HoldReason.None) => new(id, user, 1, state, code, hold);
}
