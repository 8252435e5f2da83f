using System.CommandLine;
using System.Text;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Testing.Storage;

/// <summary>The verb storage-writer: writes to a store until it is killed, and says on standard output what was acknowledged, one line each, after it was. A line that is complete ends in a semicolon. For the tests that kill it.</summary>
internal static class StorageWriterCommand
{
    private const int Callers = 3;

    private static readonly Argument<string> Store = new("store") { Description = "authority, mirror or reports." };

    private static readonly Argument<DirectoryInfo> Folder = new("folder") { Description = "Where its file is; for a mirror, where the source's log.db is too." };

    private static readonly Option<int> Seed = new("--seed") { Description = "What it writes follows from this." };

    public static Command Create()
    {
        var command = new Command("storage-writer", "Writes to a store until it is killed, and prints what was acknowledged.") { Store, Folder, Seed };
        command.SetAction((parsed, cancellationToken) =>
        {
            var folder = parsed.GetRequiredValue(Folder).FullName;
            return parsed.GetRequiredValue(Store) switch
            {
                "authority" => WriteAuthorityAsync(folder, parsed.GetValue(Seed), cancellationToken),
                "mirror" => WriteMirrorAsync(folder, cancellationToken),
                "reports" => WriteReportsAsync(folder, parsed.GetValue(Seed), cancellationToken),
                var store => throw new ArgumentException($"“{store}” is not a store; name authority, mirror or reports."),
            };
        });
        return command;
    }

    private static async Task WriteAuthorityAsync(string folder, int seed, CancellationToken cancellationToken)
    {
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "log.db") });
        Console.WriteLine($"open {log.Head.Position.Sequence};");
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CommitAsync(log, caller, new Random(seed * Callers + caller), cancellationToken), cancellationToken)));
    }

    private static async Task CommitAsync(SqliteAuthorityLog log, int caller, Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var changes = new Change[random.Next(1, 20)];
            for (var i = 0; i < changes.Length; i++)
            {
                var key = Encoding.ASCII.GetBytes($"{caller}-{random.Next(200)}");
                ReadOnlyMemory<byte>? payload = null;
                if (random.Next(6) > 0) payload = Encoding.ASCII.GetBytes($"{random.Next()} {new string('x', random.Next(4000))}");
                changes[i] = new Change(40, key, payload);
            }

            var transaction = await log.CommitAsync(changes, cancellationToken);
            var acknowledged = new StringBuilder();
            foreach (var record in transaction.Records)
                acknowledged.Append($"ack {record.Sequence} {Encoding.ASCII.GetString(record.Key.Span)} {record.Payload?.Length ?? -1};\n");
            Console.Write(acknowledged);
            if (random.Next(10) == 0) Console.WriteLine($"number {await log.ReserveRevisionNumbersAsync(random.Next(1, 700), cancellationToken)};");
        }
    }

    private static async Task WriteMirrorAsync(string folder, CancellationToken cancellationToken)
    {
        await using var source = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "log.db"), ReadOnly = true });
        await using var mirror = SqliteMirrorLog.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "mirror.db") });
        Console.WriteLine($"open {mirror.Staging.Through};");
        if (mirror.Staging.Mode == StagingMode.None) await mirror.BeginStagingAsync(StagingMode.CatchUp, 0, cancellationToken);
        LogPage page;
        do
        {
            page = await source.ReadPageAsync(mirror.Staging.Through, 25, 1 << 20, cancellationToken);
            await mirror.StageAsync(page.Records, page.Through, page.Head.Position.Sequence, cancellationToken);
            Console.WriteLine($"staged {page.Through};");
        }
        while (!page.IsLast);
        var checkpoint = new Checkpoint(page.Head.Position, page.Head.Count, page.Head.Digest, DateTimeOffset.UnixEpoch.AddDays(1), default);
        Console.WriteLine($"folded {await mirror.FoldAsync(checkpoint, cancellationToken)};");
    }

    private static async Task WriteReportsAsync(string folder, int seed, CancellationToken cancellationToken)
    {
        await using var store = SqliteReportStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "reports.db") }, isRoot: false);
        var random = new Random(seed);
        var update = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        var received = (await store.FindChildAsync("replica", update, cancellationToken))?.Received ?? 0;
        Console.WriteLine($"open {store.OutboxHead};");
        for (var counter = store.OutboxHead + 1; ; counter++)
        {
            var id = $"c{random.Next(20)}";
            var computer = new ComputerReport { ComputerId = id, Incarnation = 1, Counter = counter, Name = id };
            var status = new StatusReport(id, 1, counter, update, 200, UpdateState.Installed, 0, DateTimeOffset.UnixEpoch);
            await store.MergeAsync([computer], [status], new ChildOutbox("replica", update, ++received), cancellationToken);
            Console.WriteLine($"ack {counter} {id} {received};");
        }
    }
}
