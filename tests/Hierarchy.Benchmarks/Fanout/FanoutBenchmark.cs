using System.Diagnostics;
using System.Globalization;
using Hierarchy.Replication;
using Hierarchy.Replication.Follower;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hierarchy.Benchmarks.Fanout;

/// <summary>
/// A thousand followers of one root, a connection each, the root in a process of its own: what an idle one costs the root in memory; how long one decision takes to all of them; how long ten thousand changes
/// do, in transactions of a hundred, and what they cost the root's processor. Three of the followers are whole ones, with a mirror on disk.
/// </summary>
internal static class FanoutBenchmark
{
    private const int Followers = 1000;
    private const int Whole = 3;
    private const int Decisions = 20;
    private const int Changes = 10_000;
    private const int Transaction = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        using var root = Process.Start(new ProcessStartInfo(Environment.ProcessPath!) // a running program has a path
        {
            ArgumentList = { typeof(FanoutBenchmark).Assembly.Location, FanoutRoot.Command, folder["root.db"] },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("The root's process did not start.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task>();
        try
        {
            await MeasureAsync(figures, root, folder, running, stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            root.StandardInput.Close();
            await root.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task MeasureAsync(Figures figures, Process root, TemporaryFolder folder, List<Task> running, CancellationToken cancellationToken)
    {
        var address = new Uri(await root.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The root did not start."));

        // A few come and go first, so that what every server has once is not counted for the thousand.
        using (var first = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var warm = Enumerable.Range(0, 20).Select(_ => new LightFollower(address)).ToList();
            var gone = warm.ConvertAll(follower => follower.RunAsync(first.Token));
            await Task.WhenAll(warm.Select(follower => follower.Live)).WaitAsync(Patience, cancellationToken);
            await AskAsync(root, "commit 10 1", cancellationToken);
            await first.CancelAsync();
            await Task.WhenAll(gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        while (await AskAsync(root, "followers", cancellationToken) != "0") await Task.Delay(20, cancellationToken);
        var (heapBefore, setBefore) = Memory(await AskAsync(root, "memory", cancellationToken));
        var light = Enumerable.Range(0, Followers).Select(_ => new LightFollower(address)).ToList();
        var start = Stopwatch.GetTimestamp();
        running.AddRange(light.Select(follower => follower.RunAsync(cancellationToken)));
        await Task.WhenAll(light.Select(follower => follower.Live)).WaitAsync(Patience, cancellationToken);
        figures.Add("fanout_followers", Followers, "count");
        figures.Add("fanout_connect", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
        await AskAsync(root, "commit 1 1", cancellationToken);
        var (heap, set) = Memory(await AskAsync(root, "memory", cancellationToken));
        figures.Add("fanout_heap_per_follower", (heap - heapBefore) / 1024.0 / Followers, "KiB");
        figures.Add("fanout_working_set_per_follower", (set - setBefore) / 1024.0 / Followers, "KiB");

        var mirrors = Enumerable.Range(0, Whole).Select(i => SqliteMirrorLog.Open(new SqliteStoreOptions { Path = folder[$"mirror-{i}.db"] })).ToList();
        try
        {
            running.AddRange(mirrors.Select((mirror, i) => Loop(mirror, i, address).RunAsync(cancellationToken)));
            var all = new Arrivals(light, mirrors);
            var decisions = new List<double>();
            for (var i = 0; i < Decisions; i++) decisions.Add(await TimeAsync(root, all, "commit 1 1", cancellationToken));
            decisions.Sort();
            figures.Add("fanout_one_change_median", decisions[Decisions / 2], "ms");
            figures.Add("fanout_one_change_highest", decisions[^1], "ms");
            root.Refresh();
            var before = root.TotalProcessorTime;
            var frames = light.Sum(follower => follower.Frames);
            figures.Add("fanout_10000_changes_by_100", await TimeAsync(root, all, $"commit {Changes} {Transaction}", cancellationToken) / 1000, "s");
            figures.Add("fanout_10000_changes_by_100_frames", (light.Sum(follower => follower.Frames) - frames) / (double)Followers, "per follower");
            root.Refresh();
            figures.Add("fanout_10000_changes_by_100_processor", (root.TotalProcessorTime - before).TotalSeconds, "s");
        }
        finally
        {
            foreach (var mirror in mirrors) await mirror.DisposeAsync();
        }
    }

    /// <summary>Milliseconds from the command until all followers are where the root is.</summary>
    private static async Task<double> TimeAsync(Process root, Arrivals all, string command, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var through = long.Parse(await AskAsync(root, command, cancellationToken), CultureInfo.InvariantCulture);
        while (!all.HaveReached(through))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience) throw new TimeoutException($"Not all followers came as far as {through} in {Patience}.");
            await Task.Delay(1, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static FollowerLoop Loop(SqliteMirrorLog mirror, int number, Uri address) => FollowerLoop.Create(
        mirror, new ServerIdentity(Guid.NewGuid(), $"replica-{number}", ""), [address], downstream: null, (_, _) => ValueTask.CompletedTask, new FollowerOptions(), TimeProvider.System,
        NullLogger<FollowerLoop>.Instance);

    private static async Task<string> AskAsync(Process root, string command, CancellationToken cancellationToken)
    {
        await root.StandardInput.WriteLineAsync(command.AsMemory(), cancellationToken);
        await root.StandardInput.FlushAsync(cancellationToken);
        return await root.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The root is gone.");
    }

    private static (long Heap, long WorkingSet) Memory(string answer)
    {
        var words = answer.Split(' ');
        return (long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private sealed record Arrivals(List<LightFollower> Light, List<SqliteMirrorLog> Mirrors)
    {
        private int _first;

        /// <summary>Those that have arrived are not asked again.</summary>
        public bool HaveReached(long sequence)
        {
            while (_first < Light.Count && Light[_first].Sequence >= sequence) _first++;
            if (_first < Light.Count || Mirrors.Exists(mirror => mirror.Head.Position.Sequence < sequence)) return false;
            _first = 0;
            return true;
        }
    }
}
