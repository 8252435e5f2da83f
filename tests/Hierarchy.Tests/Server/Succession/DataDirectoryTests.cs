using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Succession;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Server.Succession;

/// <summary>What a data directory is, whatever moment the server was killed at.</summary>
public sealed class DataDirectoryTests : IDisposable
{
    private static readonly Promotion ByTheTest = new(DateTimeOffset.UnixEpoch, "the test", "replica", 3, ["http://root:8532"], Epoch: null);
    private static readonly Supersession Other = new(100_003, Guid.NewGuid(), "heir", "http://heir:8532", "heir", IsDispute: false, DateTimeOffset.UnixEpoch);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Promote_Replica_IsTheRootWithItsMirrorAsItsLog()
    {
        using (var data = Open(ServerRole.Replica))
        {
            File.Delete(_folder["log.db"]);
            MakeLog("mirror.db");
            data.Promote(ByTheTest);
            Assert.Equal(ServerRole.Replica, data.Role);
        }

        using (var data = Open(ServerRole.Replica))
        {
            Assert.Equal((ServerRole.Root, AuthorityStart.AfterLoss, 3), (data.Role, data.Start, data.Promotion!.Above));
            Assert.Contains("--role root", data.Contradiction, StringComparison.Ordinal);
            Assert.True(File.Exists(_folder["log.db"]) && !File.Exists(_folder["mirror.db"]));
            data.Begun(100_004);
        }

        using var again = Open(ServerRole.Root);
        Assert.Equal((AuthorityStart.Restart, null, 100_004), (again.Start, again.Contradiction, again.Promotion!.Epoch));
    }

    [Fact]
    public void Promote_KilledBeforeTheRoleWasWritten_IsStillTheReplica()
    {
        using (Open(ServerRole.Replica)) MakeLog("mirror.db");
        DurableFile.Write(_folder[Promotion.File], ByTheTest);

        using var data = Open(ServerRole.Replica);

        Assert.Equal((ServerRole.Replica, null), (data.Role, data.Promotion));
        Assert.True(File.Exists(_folder["mirror.db"]));
        Assert.False(File.Exists(_folder[Promotion.File]));
    }

    [Fact]
    public void Promote_KilledBeforeTheLogWasMoved_IsTheRoot()
    {
        using (var data = Open(ServerRole.Replica))
        {
            MakeLog("mirror.db");
            data.Promote(ByTheTest);
        }

        // Killed again and again before the epoch: it stays to be begun.
        for (var i = 0; i < 3; i++)
        {
            using var data = Open(ServerRole.Root);
            Assert.Equal((ServerRole.Root, AuthorityStart.AfterLoss), (data.Role, data.Start));
            Assert.True(File.Exists(_folder["log.db"]));
        }
    }

    [Fact]
    public void Supersede_Root_StaysSoUntilItIsPromotedOrBecomesAReplica()
    {
        using (var data = Open(ServerRole.Root))
        {
            MakeLog("log.db");
            data.Supersede(Other);
        }

        using (var data = Open(ServerRole.Root))
        {
            Assert.Equal((AuthorityStart.Halted, Other), (data.Start, data.Superseded));
            data.Promote(ByTheTest with { From = "root", Above = Other.Epoch });
        }

        using (var data = Open(ServerRole.Root))
        {
            Assert.Equal((AuthorityStart.AfterLoss, null, Other.Epoch), (data.Start, data.Superseded, data.Promotion!.Above));
            data.Supersede(Other);
        }

        using var replica = Open(ServerRole.Replica);
        Assert.Equal((ServerRole.Replica, null, null), (replica.Role, replica.Superseded, replica.Promotion));
        Assert.True(File.Exists(_folder["mirror.db"]) && !File.Exists(_folder["log.db"]));
        Assert.False(File.Exists(_folder[Supersession.File]));
    }

    [Fact]
    public void Promote_SupersededRootKilledBeforeItsMarkWasGone_IsStillSuperseded()
    {
        using (var data = Open(ServerRole.Root)) data.Supersede(Other);
        DurableFile.Write(_folder[Promotion.File], ByTheTest);

        using var again = Open(ServerRole.Root);

        Assert.Equal((AuthorityStart.Halted, null), (again.Start, again.Promotion));
    }

    [Fact]
    public void Demote_KilledBeforeTheLogWasMoved_IsTheReplica()
    {
        using (var data = Open(ServerRole.Root))
        {
            MakeLog("log.db");
            data.Supersede(Other);
        }

        DurableFile.Write(_folder["role"], "Replica");

        using var again = Open(ServerRole.Replica);
        Assert.Equal(ServerRole.Replica, again.Role);
        Assert.True(File.Exists(_folder["mirror.db"]));
        Assert.False(File.Exists(_folder[Supersession.File]));
    }

    [Fact]
    public void Demote_RootThatNothingSuperseded_NeedsTheOperatorsWord()
    {
        using (Open(ServerRole.Root)) MakeLog("log.db");

        Assert.Contains("--demote yes", Assert.Throws<IntegrityException>(() => Open(ServerRole.Replica)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["log.db"]));

        using var data = Open(ServerRole.Replica, demotes: true);
        Assert.Equal(ServerRole.Replica, data.Role);
        Assert.True(File.Exists(_folder["mirror.db"]));
    }

    [Fact]
    public void Start_AfterARestore_IsAfterLoss()
    {
        using (Open(ServerRole.Root)) { }
        File.WriteAllText(_folder[DataDirectory.Restored], "{}");

        using var data = Open(ServerRole.Root);

        Assert.Equal(AuthorityStart.AfterLoss, data.Start);
    }

    [Fact]
    public void Open_RoleThatIsNone_IsRefused()
    {
        using (Open(ServerRole.Root)) { }
        File.WriteAllText(_folder["role"], "Emperor");

        Assert.Contains("Emperor", Assert.Throws<IntegrityException>(() => Open(ServerRole.Root)).Message, StringComparison.Ordinal);
    }

    private DataDirectory Open(ServerRole role, bool demotes = false) => DataDirectory.Open(_folder.Path, role, demotes, TimeProvider.System);

    private void MakeLog(string name) => SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = _folder[name] }).DisposeAsync().AsTask().GetAwaiter().GetResult();
}
