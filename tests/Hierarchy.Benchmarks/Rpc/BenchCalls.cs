using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;

namespace Hierarchy.Benchmarks.Rpc;

/// <summary>The client of the benchmark: each method does so many calls, messages or turns.</summary>
internal sealed class BenchCalls(BenchService.BenchServiceClient client, CancellationToken cancellationToken)
{
    private const int SmallSize = 16;

    /// <summary>Calls shared out among callers. Returns the latency of each in microseconds.</summary>
    public async Task<double[]> UnaryAsync(int callers, int count)
    {
        var latencies = new double[count];
        var request = Message(SmallSize);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));
        return latencies;

        async Task CallAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                var start = Stopwatch.GetTimestamp();
                await client.UnaryAsync(request, cancellationToken: cancellationToken);
                latencies[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
        }
    }

    public async Task DownloadAsync(int size, int count)
    {
        using var call = client.Download(new DownloadRequest { Size = size, Count = count }, cancellationToken: cancellationToken);
        var received = 0;
        while (await call.ResponseStream.MoveNext())
            received++;
        if (received != count) throw new InvalidOperationException($"{received} messages arrived of {count}.");
    }

    public async Task UploadAsync(int size, int count)
    {
        using var call = client.Upload(cancellationToken: cancellationToken);
        var message = Message(size);
        for (var i = 0; i < count; i++)
            await call.RequestStream.WriteAsync(message);
        await call.RequestStream.CompleteAsync();
        var received = (await call).Count;
        if (received != count) throw new InvalidOperationException($"{received} messages arrived of {count}.");
    }

    /// <summary>One message out, one back, on one stream. Returns the latency of each turn in microseconds.</summary>
    public async Task<double[]> PingPongAsync(int count)
    {
        using var call = client.PingPong(cancellationToken: cancellationToken);
        var latencies = new double[count];
        var message = Message(SmallSize);
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await call.RequestStream.WriteAsync(message);
            if (!await call.ResponseStream.MoveNext()) throw new InvalidOperationException("The stream ended early.");
            latencies[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        await call.RequestStream.CompleteAsync();
        if (await call.ResponseStream.MoveNext()) throw new InvalidOperationException("The stream did not end.");
        return latencies;
    }

    /// <summary>Opens streams that have carried one message each way and then wait for the next. Returns the bytes that one holds on each side.</summary>
    public async Task<(double Client, double Server)> IdleAsync(int count)
    {
        var message = Message(SmallSize);
        var streams = new List<AsyncDuplexStreamingCall<Message, Message>>(count);
        var reads = new List<Task<bool>>(count);
        var serverBefore = await CountAsync(collect: true);
        var before = Heap.Held();
        for (var i = 0; i < count; i++)
        {
            var call = client.PingPong(cancellationToken: cancellationToken);
            await call.RequestStream.WriteAsync(message);
            if (!await call.ResponseStream.MoveNext()) throw new InvalidOperationException("The stream ended early.");
            reads.Add(call.ResponseStream.MoveNext());
            streams.Add(call);
        }

        var ours = Heap.Held() - before;
        var theirs = (await CountAsync(collect: true)).Held - serverBefore.Held;
        foreach (var call in streams)
            await call.RequestStream.CompleteAsync();
        await Task.WhenAll(reads);
        foreach (var call in streams)
            call.Dispose();
        return ((double)ours / count, (double)theirs / count);
    }

    public async Task<CountResponse> CountAsync(bool collect) => await client.CountAsync(new CountRequest { Collect = collect }, cancellationToken: cancellationToken);

    private static Message Message(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
