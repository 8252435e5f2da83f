using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Sqlite;
using Xunit;

namespace Hierarchy.Tests.Storage;

public sealed class StatusMigrationTests : IDisposable
{
    private static readonly Guid Update = new("a0000000-0000-0000-0000-000000000001");
    private static readonly Guid ChildLife = Guid.NewGuid();
    private static readonly Guid Group = Guid.NewGuid();

    private readonly StorageFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_StoreOfVersion1_PacksWhatItHolds(bool isRoot)
    {
        var updates = Enumerable.Range(0, 300).Select(_ => Guid.NewGuid()).Append(Update).ToArray();
        WriteVersion1(updates);

        await using (var store = SqliteReportStore.Open(_folder.File("reports.db"), isRoot, groupsOf: static _ => [Group]))
        {
            Assert.Equal(["one", "two"], (await store.ListComputersAsync(Token)).Select(computer => computer.Report.Name));
            var statuses = await store.ListStatusesOfComputerAsync("c1", Token);
            Assert.Equal(updates.Order(), statuses.Select(status => status.UpdateId));
            Assert.Equal(new StatusReport("c1", 7, 9, Update, 203, UpdateState.Failed, -5, DateTimeOffset.UnixEpoch.AddDays(1)), statuses.Single(status => status.UpdateId == Update));
            // Of a computer that was re-imaged, nothing from before.
            Assert.Empty(await store.ListStatusesOfComputerAsync("c2", Token));
            // One that never said anything of itself keeps its status, in no group.
            Assert.Single(await store.ListStatusesOfComputerAsync("c3", Token));
            Assert.Equal([("", 1), ($"{Group}", 1)], (await store.CountAsync([Update], Token)).Select(count => (string.Join(',', count.Groups), count.Count)).Order());
            Assert.Equal(2, Assert.Single(await store.CountComputersAsync(Token)).Count);

            // Everything goes up once more, and what came from a child is rooted with the new numbers only.
            Assert.Equal(20L, (await store.FindChildAsync("replica", ChildLife, Token))!.Received);
            Assert.Equal(isRoot ? 20 : 0, (await store.FindChildAsync("replica", ChildLife, Token))!.Rooted);
            await store.AcknowledgeAsync(305, 0, Guid.Empty, Token);
            Assert.Equal(302, (await store.ReadOutboxAsync(305, 1000, 1 << 20, Token)).Statuses.Count);
            if (!isRoot)
            {
                await store.AcknowledgeAsync(store.OutboxHead, store.OutboxHead, Guid.NewGuid(), Token);
                Assert.Equal(20L, (await store.FindChildAsync("replica", ChildLife, Token))!.Rooted);
            }
        }

        await using var again = SqliteReportStore.Open(_folder.File("reports.db"), isRoot);
        Assert.Equal(301, (await again.ListStatusesOfComputerAsync("c1", Token)).Count);
    }

    private void WriteVersion1(Guid[] updates)
    {
        var options = _folder.File("reports.db");
        using var session = SqliteSession.OpenWriter(options, SqliteDurability.Full);
        (ReportSql.Schema with { Migrations = [ReportSql.Schema.Migrations[0]] }).Migrate(session, options);
        session.Begin();
        session.Statement("INSERT INTO outbox (id, incarnation, head, rooted) VALUES (1, ?1, 305, 100)").Bind(1, Guid.NewGuid()).Run();
        AddComputer(session, "c1", outbox: 302, incarnation: 7, "one");
        AddComputer(session, "c2", outbox: 303, incarnation: 8, "two");
        AddComputer(session, "c3", outbox: null, incarnation: 0, "");
        for (var i = 0; i < updates.Length; i++)
            AddStatus(session, computer: 1, updates[i], outbox: i + 1, incarnation: 7);
        AddStatus(session, computer: 2, Update, outbox: 304, incarnation: 7);
        AddStatus(session, computer: 3, Update, outbox: 305, incarnation: 1);
        session.Statement("INSERT INTO child (server_id, incarnation, received, rooted) VALUES ('replica', ?1, 20, 10)").Bind(1, ChildLife).Run();
        session.Statement("INSERT INTO child_mark (server_id, incarnation, own, through) VALUES ('replica', ?1, 200, 20)").Bind(1, ChildLife).Run();
        session.Commit();
    }

    private static void AddComputer(SqliteSession session, string id, long? outbox, long incarnation, string name)
    {
        var insert = session.Statement(
            "INSERT INTO computer (computer_id, outbox, incarnation, counter, name, address, operating_system, groups, server_id, reported_at) VALUES (?1, ?2, ?3, 9, ?4, '', '', '[]', '', 0)");
        insert.Bind(1, id).Bind(3, incarnation).Bind(4, name);
        if (outbox is { } number) insert.Bind(2, number);
        else insert.BindNull(2);
        insert.Run();
    }

    private static void AddStatus(SqliteSession session, long computer, Guid update, long outbox, long incarnation) =>
        session.Statement("INSERT INTO status (computer, update_id, outbox, incarnation, counter, revision, state, result, time) VALUES (?1, ?2, ?3, ?4, 9, 203, 5, -5, ?5)")
            .Bind(1, computer).Bind(2, update).Bind(3, outbox).Bind(4, incarnation).Bind(5, DateTimeOffset.UnixEpoch.AddDays(1).UtcTicks).Run();
}
