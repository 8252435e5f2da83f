using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Testing.Rpc;

namespace Hierarchy.Benchmarks.Rpc;

/// <summary>
/// A million hostile calls against a server in another process, which must stay there, hold bounded memory and answer an ordinary client all the while. Fails on the first
/// thing that is not so, naming the seed. HIERARCHY_BENCH_FUZZ_CASES changes the number.
/// </summary>
internal static class FuzzBenchmark
{
    private const int DefaultCases = 1_000_000;
    private const int CallsOnConnection = 100;
    private const int Connections = 4;
    private const long MemoryLimit = 1_000_000_000;
    private const double Megabyte = 1e6;

    private static readonly string[] Methods = ["Unary", "Download", "Upload", "PingPong", "NoSuch", ""];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("HIERARCHY_BENCH_FUZZ_CASES"), CultureInfo.InvariantCulture, out var given) ? given : DefaultCases;
        using var server = await BenchServer.StartAsync(cancellationToken);
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new BenchService.BenchServiceClient(channel);
        var start = Stopwatch.GetTimestamp();
        var (seed, cases, closed, probes) = (0, 0L, 0, 0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var players = Enumerable.Range(0, Connections).Select(_ => Task.Run(PlayAsync, CancellationToken.None)).ToList();
        try
        {
            foreach (var player in players)
                await player;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(players).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        figures.Add("fuzz_rpc_cases", cases, "count");
        figures.Add("fuzz_rpc_connections_closed_by_server", closed, "count");
        figures.Add("fuzz_rpc_answers_to_others", probes, "count");
        figures.Add("fuzz_rpc_peak_memory", server.PeakMemory / Megabyte, "MB");
        figures.Add("fuzz_rpc_seconds", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");

        async Task PlayAsync()
        {
            while (Interlocked.Read(ref cases) < wanted)
            {
                var own = Interlocked.Increment(ref seed);
                try
                {
                    if (await HostileClient.PlayAsync(server.Address, own, CallsOnConnection, "hierarchy.benchmarks.rpc.BenchService", Methods, stop.Token))
                        Interlocked.Add(ref cases, CallsOnConnection);
                    else
                        Interlocked.Increment(ref closed);
                    var request = new Message { Body = ByteString.CopyFrom(BitConverter.GetBytes(own)) };
                    var answer = await client.UnaryAsync(request, deadline: DateTime.UtcNow + Patience, cancellationToken: stop.Token);
                    if (!answer.Equals(request)) throw new InvalidOperationException($"Another client was given a wrong answer beside seed {own}.");
                    Interlocked.Increment(ref probes);
                }
                catch (Exception problem) when (problem is RpcException or TimeoutException && !stop.IsCancellationRequested)
                {
                    throw new InvalidOperationException($"Beside seed {own}, after {cases} cases (the server {(server.IsAlive ? "is there" : "is gone")}): {problem.Message}", problem);
                }

                if (server.PeakMemory > MemoryLimit) throw new InvalidOperationException($"The server held {server.PeakMemory} bytes at seed {own}.");
                if (closed > own / 2 + Connections) throw new InvalidOperationException($"The server closed {closed} of {own} connections before their calls were read.");
            }
        }
    }
}
