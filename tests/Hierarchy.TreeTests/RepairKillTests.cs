using System.Diagnostics;
using System.Text;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Hierarchy.Testing.Tree;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Hierarchy.TreeTests;

/// <summary>Rows of a replica rot, and it is killed (kill -9) while it repairs them, again and again.</summary>
public sealed class RepairKillTests : IDisposable
{
    private const int Transactions = 12;
    private const int Kills = 2;
    private const int Kind = 900;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Mirror => Path.Combine(_folder["replica"], "mirror.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Replica_KilledInTheMiddleOfARepair_ServesNothingRottenAndIsEqualInTheEnd()
    {
        await FillAsync(_folder.CreateFolder("root"));
        await using var root = new ServerNode("root", _folder["root"], new ServerNode.Place());
        await root.StartAsync(Token);
        await using var replica = new ServerNode("replica", _folder.CreateFolder("replica"), new ServerNode.Place { Parent = root.GrpcUrl });
        await replica.StartAsync(Token);
        await EqualAsync(replica, root);
        await replica.StopAsync(Token);
        Rot();

        var (kills, staged) = (0, 0L);
        for (var attempt = 0; kills < Kills; attempt++)
        {
            Assert.True(attempt < 30, "Every repair was over before the kill.");
            // The repair begins before the server says that it is ready.
            var starting = replica.StartAsync(Token);
            for (var began = Stopwatch.GetTimestamp(); StagedThrough() <= staged && (!starting.IsCompleted || IsRotten()); await Task.Delay(TimeSpan.FromMilliseconds(1), Token))
                Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"Nothing was repaired. {replica.Log}");
            await replica.KillAsync(Token);
            await Task.WhenAny(starting); // it may not have come so far
            staged = StagedThrough();
            if (staged > 0 && IsRotten())
            {
                kills++;
                continue;
            }

            // It was quicker than the one who looked.
            Rot();
            staged = 0;
        }

        await replica.StartAsync(Token);
        await EqualAsync(replica, root);
        await Until.TrueAsync("the rows to be repaired", Patience, _ => Task.FromResult(!IsRotten() && StagedThrough() == 0), Token);
        await replica.StopAsync(Token);
        await using var mirror = SqliteMirrorLog.Open(new SqliteStoreOptions { Path = Mirror });
        Assert.True((await mirror.AuditAsync(Token)).IsSound);
    }

    private static async Task FillAsync(string folder)
    {
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "log.db") });
        var random = new Random(1);
        for (var i = 0; i < Transactions; i++)
        {
            var changes = new List<Change>();
            for (var n = 0; n < 1000; n++)
            {
                var payload = new byte[400];
                random.NextBytes(payload);
                changes.Add(new Change(Kind, Encoding.UTF8.GetBytes($"key {i} {n}"), payload));
            }

            await log.CommitAsync(changes, Token);
        }
    }

    private static async Task EqualAsync(ServerNode one, ServerNode other)
    {
        try
        {
            await Until.TrueAsync("the two to be equal", Patience, async token => (await one.LogStateAsync(token)).Equals(await other.LogStateAsync(token)), Token);
        }
        catch (TimeoutException)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(one.Log + other.Log);
            throw;
        }
    }

    /// <summary>A tenth of the rows.</summary>
    private void Rot() => Ask($"UPDATE record SET payload = CAST(payload || x'00' AS BLOB) WHERE kind = {Kind} AND sequence % 10 = 0", write: true);

    private bool IsRotten() => Ask($"SELECT count(*) FROM record WHERE kind = {Kind} AND length(payload) <> 400") > 0;

    private long StagedThrough() => Ask("SELECT coalesce(max(through), 0) FROM staging WHERE mode = 2");

    private long Ask(string sql, bool write = false)
    {
        using var connection = new SqliteConnection($"Data Source={Mirror};Pooling=False;Mode=ReadWrite;Default Timeout=30");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return write ? command.ExecuteNonQuery() : (long)command.ExecuteScalar()!; // every one of them has a row
    }
}
