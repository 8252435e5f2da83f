using System.Diagnostics;
using Grpc.Net.Client;

namespace Hierarchy.Benchmarks.Rpc;

/// <summary>
/// The runtime by itself: one connection over loopback to a server in another process, medians of three. It uses the official API alone, so that
/// -p:UseOfficialGrpc=true measures the official packages with the same runner.
/// </summary>
internal static class RpcBenchmark
{
    private const int Runs = 3;
    private const int IdleStreams = 1_000;
    private const double Megabyte = 1e6;

    /// <summary>How long one run takes, about.</summary>
    private static readonly TimeSpan RunTime = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"rpc: the runtime is {typeof(GrpcChannel).Assembly.GetName().Name}, server GC {System.Runtime.GCSettings.IsServerGC}");
        using var server = await BenchServer.StartAsync(cancellationToken);
        using var channel = GrpcChannel.ForAddress(server.Address);
        var calls = new BenchCalls(new BenchService.BenchServiceClient(channel), cancellationToken);

        foreach (var callers in (int[])[1, 50])
        {
            var samples = await MeasureAsync(calls, count => calls.UnaryAsync(callers, count));
            var name = $"rpc_unary_{callers}";
            figures.Add($"{name}_rate", Median(samples, s => s.Rate), "calls/s");
            figures.Add($"{name}_p50", Median(samples, s => s.Latency(0.5)), "us");
            figures.Add($"{name}_p99", Median(samples, s => s.Latency(0.99)), "us");
            AddBytes(figures, name, samples, "B/call");
        }

        foreach (var (kind, run) in ((string, Func<int, int, Task>)[])[("download", calls.DownloadAsync), ("upload", calls.UploadAsync)])
        {
            foreach (var size in (int[])[200, 4096, 65536])
            {
                var samples = await MeasureAsync(calls, async count =>
                {
                    await run(size, count);
                    return [];
                });
                var name = $"rpc_{kind}_{size}";
                figures.Add($"{name}_rate", Median(samples, s => s.Rate), "messages/s");
                figures.Add($"{name}_throughput", Median(samples, s => s.Rate) * size / Megabyte, "MB/s");
                AddBytes(figures, name, samples, "B/message");
            }
        }

        var turns = await MeasureAsync(calls, calls.PingPongAsync);
        figures.Add("rpc_pingpong_rate", Median(turns, s => s.Rate), "turns/s");
        figures.Add("rpc_pingpong_p50", Median(turns, s => s.Latency(0.5)), "us");
        figures.Add("rpc_pingpong_p99", Median(turns, s => s.Latency(0.99)), "us");
        AddBytes(figures, "rpc_pingpong", turns, "B/turn");

        List<(double Client, double Server)> idle = [];
        for (var run = 0; run < Runs; run++)
            idle.Add(await calls.IdleAsync(IdleStreams));
        figures.Add("rpc_idle_client_memory", Middle(idle.Select(i => i.Client)), "B/stream");
        figures.Add("rpc_idle_server_memory", Middle(idle.Select(i => i.Server)), "B/stream");
    }

    private static void AddBytes(Figures figures, string name, List<Sample> samples, string unit)
    {
        figures.Add($"{name}_client_allocated", Median(samples, s => s.ClientBytes), unit);
        figures.Add($"{name}_server_allocated", Median(samples, s => s.ServerBytes), unit);
    }

    /// <summary>Warms up until a run is long enough to tell how many make a good one, then measures.</summary>
    private static async Task<List<Sample>> MeasureAsync(BenchCalls calls, Func<int, Task<double[]>> run)
    {
        var (count, warmUp) = (200, Stopwatch.GetTimestamp());
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            await run(count);
            var time = Stopwatch.GetElapsedTime(start);
            if (time > RunTime / 4 && Stopwatch.GetElapsedTime(warmUp) > RunTime)
            {
                count = (int)(count * (RunTime / time));
                break;
            }

            if (time < RunTime / 2) count *= 2;
        }

        List<Sample> samples = [];
        for (var i = 0; i < Runs; i++)
        {
            GC.Collect();
            var serverBefore = await calls.CountAsync(collect: false);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            var latencies = await run(count);
            var time = Stopwatch.GetElapsedTime(start);
            var client = GC.GetTotalAllocatedBytes(precise: true) - before - (latencies.Length * sizeof(double));
            var server = (await calls.CountAsync(collect: false)).Allocated - serverBefore.Allocated;
            Array.Sort(latencies);
            samples.Add(new Sample(count, time.TotalSeconds, (double)client / count, (double)server / count, latencies));
        }

        return samples;
    }

    private static double Median(List<Sample> samples, Func<Sample, double> of) => Middle(samples.Select(of));

    private static double Middle(IEnumerable<double> values) => values.Order().ElementAt(Runs / 2);
}
