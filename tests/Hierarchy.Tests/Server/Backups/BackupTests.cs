using System.Text;
using System.Text.Json;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Storage.Backups;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Hierarchy.Tests.Cli;
using Xunit;

namespace Hierarchy.Tests.Server.Backups;

/// <summary>Backups of running servers, taken and restored by the command line.</summary>
public sealed class BackupTests : IDisposable
{
    private const int Kind = 40;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Backup_UnderLoad_RestoresAStateThatTheLogHad()
    {
        Position position;
        var acknowledged = 0;
        await using (var root = await RunningServer.RootAsync(_folder["root"]))
        {
            var log = root.Get<IAuthorityLog>();
            await FillAsync(log, 200);
            using var stop = new CancellationTokenSource();
            var writing = WriteAsync(log, () => Interlocked.Increment(ref acknowledged), stop.Token);
            await Eventually.HoldsAsync("the writer writes", () => Volatile.Read(ref acknowledged) > 20);
            var before = Volatile.Read(ref acknowledged);
            var made = await RunAsync(root, "backup", _folder["root.zip"]);
            await stop.CancelAsync();
            await writing;
            Assert.True(Volatile.Read(ref acknowledged) > before, "the writer waited for the backup");

            position = new Position(log.Head.Position.Log, 1, log.Head.Position.EpochId, made.GetProperty("position").GetProperty("sequence").GetInt64());
            Assert.InRange(position.Sequence, 200 + before, log.Head.Position.Sequence);
            var running = await ReadAsync(log, position.Sequence);
            await using (var restored = await RestoreAsync("restored"))
            {
                Assert.Equal(position, restored.Head.Position);
                Assert.Equal(running, await ReadAsync(restored, position.Sequence));
            }
        }

        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["root.zip"]));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.partial"));
        Assert.False(Directory.Exists(Path.Combine(_folder["root"], "backup-work")));
        Assert.Equal(File.ReadAllText(Path.Combine(_folder["root"], "server-id")), File.ReadAllText(Path.Combine(_folder["restored"], "server-id")));
        Assert.Equal($"{position.Sequence}@1", RestoredMarker.Read(_folder["restored"])?.Position);
    }

    [Fact]
    public async Task Root_RestoredFromABackup_ItsReplicasTakeItsState()
    {
        using var replicaFolder = new TemporaryFolder();
        await using (var root = await RunningServer.RootAsync(_folder["root"]))
        {
            await root.AddUpdateAsync(title: "Before the backup");
            await RunAsync(root, "backup", "--on-server", _folder["root.zip"]);
            await root.AddUpdateAsync(title: "After the backup");
            await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: replicaFolder.Path);
            await Eventually.HoldsAsync("the replica is enrolled", () => root.Views.View.Servers.Count == 2);
            await replica.EqualsAsync(root);
        }

        var restored = await Ran.RunAsync(["restore", _folder["root.zip"], "--data", _folder["root"], "--replace", "--output", "json"], Token);
        Assert.True(restored.ExitCode == 0, restored.Out + restored.Error);
        var aside = JsonDocument.Parse(restored.Out).RootElement.GetProperty("moved_to").GetString()!;
        Assert.True(File.Exists(Path.Combine(aside, "log.db")));

        await using var again = await RunningServer.RootAsync(_folder["root"]);
        await again.AddUpdateAsync(title: "After the restore");
        await using var follower = await RunningServer.ReplicaAsync(again.GrpcUrl, folder: replicaFolder.Path);
        await follower.EqualsAsync(again);
        Assert.Equal(
            ["After the restore", "Before the backup"], follower.Views.View.Updates.Values.Select(update => update.Latest?.Title ?? "").Order(StringComparer.Ordinal));
        Assert.Null(RestoredMarker.Read(_folder["root"]));
        // Far above whatever the lost root may have begun since the backup.
        Assert.Equal([1, 1 + Epoch.Leap], again.Log.Epochs.Select(epoch => epoch.Number));
    }

    [Fact]
    public async Task Replica_BackedUpAndRestored_CatchesUp()
    {
        await using var root = await RunningServer.RootAsync();
        await root.AddUpdateAsync(title: "First");
        await using (var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: _folder["replica"]))
        {
            await Eventually.HoldsAsync("the replica is enrolled", () => root.Views.View.Servers.Count == 2);
            await replica.EqualsAsync(root);
            await RunAsync(replica, "backup", _folder["replica.zip"]);
        }

        Assert.Equal(0, (await Ran.RunAsync(["restore", _folder["replica.zip"], "--data", _folder["other"]], Token)).ExitCode);
        await root.AddUpdateAsync(title: "Second");
        await using var again = await RunningServer.ReplicaAsync(root.GrpcUrl, folder: _folder["other"]);
        await again.EqualsAsync(root);
    }

    [Fact]
    public async Task Backup_CancelledInTheMiddle_LeavesNothing()
    {
        await using var root = await RunningServer.RootAsync(_folder["root"]);
        var random = new Random(1);
        for (var i = 0; i < 40; i++)
        {
            var payload = new byte[2_000_000]; // which does not compress: it takes a while to write
            random.NextBytes(payload);
            await root.Get<IAuthorityLog>().CommitAsync([new Change(Kind, Encoding.UTF8.GetBytes($"large {i}"), payload)], Token);
        }

        for (var tries = 0; ; tries++)
        {
            using var stop = new CancellationTokenSource();
            using var call = new BackupService.BackupServiceClient(root.Channel).Backup(new BackupRequest { OnServer = _folder["root.zip"] }, cancellationToken: stop.Token);
            await call.ResponseStream.MoveNext(Token);
            await stop.CancelAsync();

            await Eventually.HoldsAsync("it has ended", () => !Directory.Exists(Path.Combine(_folder["root"], "backup-work")) && !File.Exists(_folder["root.zip.partial"]));
            if (Directory.GetFiles(_folder.Path).Length == 0) break;
            // Now and then the backup is done before the server hears of it; then it is whole, and nothing was shown.
            Assert.True(tries < 10, "No backup was ever cancelled in the middle.");
            Assert.Equal([_folder["root.zip"]], Directory.GetFiles(_folder.Path));
            File.Delete(_folder["root.zip"]);
        }

        await RunAsync(root, "backup", _folder["root.zip"]);
    }

    [Fact]
    public async Task Backup_OfADamagedLog_IsNotMade()
    {
        await using var root = await RunningServer.RootAsync(_folder["root"]);
        await FillAsync(root.Get<IAuthorityLog>(), 10);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder["root"], "log.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE record SET payload = x'00' WHERE sequence = 5";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        var ran = await Ran.RunAsync(["--server", root.GrpcUrl, "backup", _folder["root.zip"]], Token);

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("do not add up", ran.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Restore_WhereAServerRunsOrSomethingIs_ChangesNothing()
    {
        await using var root = await RunningServer.RootAsync(_folder["root"]);
        await RunAsync(root, "backup", _folder["root.zip"]);
        var again = await Ran.RunAsync(["--server", root.GrpcUrl, "backup", _folder["root.zip"]], Token);
        Assert.Contains("is there already", again.Error, StringComparison.Ordinal);

        var full = await Ran.RunAsync(["restore", _folder["root.zip"], "--data", _folder["root"]], Token);
        var running = await Ran.RunAsync(["restore", _folder["root.zip"], "--data", _folder["root"], "--replace"], Token);

        Assert.Equal((1, 1), (full.ExitCode, running.ExitCode));
        Assert.Contains("--replace", full.Error, StringComparison.Ordinal);
        Assert.Contains("Stop it first", running.Error, StringComparison.Ordinal);
        Assert.Equal(["root", "root.zip"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
        await root.AddUpdateAsync();
    }

    private static async Task FillAsync(IAuthorityLog log, int records)
    {
        for (var i = 0; i < records; i += 100)
            await log.CommitAsync([.. Enumerable.Range(i, Math.Min(100, records - i)).Select(n => new Change(Kind, Encoding.UTF8.GetBytes($"fill {n}"), new byte[2000]))], Token);
    }

    private static async Task WriteAsync(IAuthorityLog log, Action acknowledged, CancellationToken stop)
    {
        var random = new Random(1);
        while (!stop.IsCancellationRequested)
        {
            var payload = new byte[random.Next(2000)];
            random.NextBytes(payload);
            await log.CommitAsync([new Change(Kind, Encoding.UTF8.GetBytes($"key {random.Next(500)}"), random.Next(10) == 0 ? null : payload)], Token);
            acknowledged();
        }
    }

    // What the log says of everything up to a sequence can be compared only for what has not moved since.
    private static async Task<string[]> ReadAsync(ILogReader log, long through)
    {
        var page = await log.ReadPageAsync(0, 10_000, 16 << 20, Token);
        return [.. page.Records.Where(record => record.Sequence <= through && Encoding.UTF8.GetString(record.Key.Span).StartsWith("fill", StringComparison.Ordinal))
            .Select(record => $"{record.Sequence} {Encoding.UTF8.GetString(record.Key.Span)} {record.Payload?.Length}")];
    }

    private async Task<SqliteAuthorityLog> RestoreAsync(string name)
    {
        var ran = await Ran.RunAsync(["restore", _folder["root.zip"], "--data", _folder[name]], Token);
        Assert.True(ran.ExitCode == 0, ran.Error);
        Assert.Equal(0, (await Ran.RunAsync(["restore", "--verify", _folder["root.zip"]], Token)).ExitCode);
        return SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = Path.Combine(_folder[name], "log.db"), ReadOnly = true });
    }

    private static async Task<JsonElement> RunAsync(RunningServer server, params string[] verb)
    {
        var ran = await Ran.RunAsync(["--server", server.GrpcUrl, "--output", "json", .. verb], Token);
        Assert.True(ran.ExitCode == 0, ran.Out + ran.Error);
        return JsonDocument.Parse(ran.Out).RootElement;
    }
}
