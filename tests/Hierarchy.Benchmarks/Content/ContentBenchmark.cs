using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Hierarchy.Content;
using Hierarchy.Testing;

namespace Hierarchy.Benchmarks.Content;

/// <summary>
/// What serving, storing and passing on cost: ranges of one gibibyte and of a bundle shaped like a feature update, against the same Kestrel's plain static files, in turns; storing with verification against
/// plain writing, in turns; five hundred askers of a file that is not there yet. Servers and askers share this process and its cores.
/// </summary>
internal static class ContentBenchmark
{
    private const int Clients = 16;
    private const int Range = 1 << 20;
    private const long Large = 1L << 30;
    private const int Rounds = 7;
    private const int BundleRounds = 3;
    private const int BundleFiles = 300;
    private const long BundleLargest = 5_000_000_000;
    private const long BundleRest = 4 << 20;
    private const int Askers = 500;
    private const int Asked = 200_000_000;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        await ServeAsync(figures, cancellationToken);
        await StoreAsync(figures, cancellationToken);
        await AskAsync(figures, cancellationToken);
    }

    /// <summary>Ranges of one gibibyte and of a bundle, against plain static files.</summary>
    public static async Task ServeAsync(Figures figures, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await ServeAsync(figures, "content_serve", folder["one"], Rounds, async catalog => await catalog.AddAsync("one.wim", Large, 1, sparse: false, cancellationToken), cancellationToken);
        await ServeAsync(
            figures, "content_serve_bundle", folder["bundle"], BundleRounds,
            async catalog =>
            {
                for (var i = 0; i < BundleFiles; i++)
                    await catalog.AddAsync(i == 0 ? "install.esd" : $"{i}.cab", i == 0 ? BundleLargest : BundleRest, 1000 + i, sparse: true, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Storing with verification, against plain writing.</summary>
    public static async Task StoreAsync(Figures figures, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await StoreAsync(figures, folder.Path, cancellationToken);
    }

    /// <summary>Five hundred askers of a file that is not there yet.</summary>
    public static async Task AskAsync(Figures figures, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await AskAsync(figures, folder.Path, cancellationToken);
    }

    private static async Task ServeAsync(Figures figures, string name, string folder, int rounds, Func<BenchCatalog, Task> fill, CancellationToken cancellationToken)
    {
        var wsus = Path.Combine(folder, "WsusContent");
        var catalog = new BenchCatalog(wsus);
        await fill(catalog);
        await using var host = await ContentHost.StartAsync(Path.Combine(folder, "content"), catalog, parent: null, cancellationToken);
        await host.AdoptAsync(wsus, cancellationToken);
        if (host.Store.Count != catalog.Files.Count) throw new InvalidOperationException($"{host.Store.Count} of {catalog.Files.Count} files were adopted.");
        var (content, plain) = (new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            // In turns, and each goes first every other time.
            var first = await RoundAsync(host, catalog, round % 2 == 0, round, cancellationToken);
            var second = await RoundAsync(host, catalog, round % 2 != 0, round, cancellationToken);
            if (round < 0) continue;
            content.Add(round % 2 == 0 ? first : second);
            plain.Add(round % 2 == 0 ? second : first);
        }

        var (ours, theirs) = (Median(content), Median(plain));
        figures.Add($"{name}", ours / 1e6, "MB/s");
        figures.Add($"{name}_static", theirs / 1e6, "MB/s");
        figures.Add($"{name}_over_static", ours / theirs, "x");
    }

    /// <summary>All bytes of all files by shuffled ranges, shared among the clients; bytes a second.</summary>
    private static async Task<double> RoundAsync(ContentHost host, BenchCatalog catalog, bool isContent, int seed, CancellationToken cancellationToken)
    {
        var ranges = catalog.Files.SelectMany(file => Enumerable.Range(0, (int)((file.Size + Range - 1) / Range)).Select(i => (File: file, From: (long)i * Range))).ToArray();
        new Random(seed).Shuffle(ranges);
        var next = -1;
        long bytes = 0;
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Clients, UseProxy = false }) { BaseAddress = host.Url };
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(
            async () =>
            {
                var buffer = new byte[256 << 10];
                for (int i; (i = Interlocked.Increment(ref next)) < ranges.Length;)
                {
                    var (file, from) = ranges[i];
                    using var request = new HttpRequestMessage(HttpMethod.Get, isContent ? ContentPath.For(file) : ContentHost.StaticPathOf(file));
                    request.Headers.Range = new RangeHeaderValue(from, Math.Min(from + Range, file.Size) - 1);
                    using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                    if (response.StatusCode != HttpStatusCode.PartialContent) throw new InvalidOperationException($"{request.RequestUri} was answered {(int)response.StatusCode}.");
                    await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                    for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;) Interlocked.Add(ref bytes, read);
                }
            },
            cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (bytes != catalog.Files.Sum(file => file.Size)) throw new InvalidOperationException($"{bytes} bytes came.");
        return bytes / elapsed;
    }

    /// <summary>A gibibyte as transfers store it (hashed, journalled, flushed, renamed), and the same bytes in the same steps written plainly and flushed.</summary>
    private static async Task StoreAsync(Figures figures, string folder, CancellationToken cancellationToken)
    {
        const int step = 128 << 10;
        var catalog = new BenchCatalog(Path.Combine(folder, "WsusContent"));
        var file = await catalog.AddAsync("stored.cab", Large, 2, sparse: false, cancellationToken);
        var bytes = await File.ReadAllBytesAsync(catalog.PathOf(file), cancellationToken);
        await using var host = await ContentHost.StartAsync(Path.Combine(folder, "content"), catalog, parent: null, cancellationToken);
        var (stored, plain) = (new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            var path = Path.Combine(folder, "plain");
            var start = Stopwatch.GetTimestamp();
            using (var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.Asynchronous))
            {
                for (var offset = 0; offset < bytes.Length; offset += step) await RandomAccess.WriteAsync(handle, bytes.AsMemory(offset, Math.Min(step, bytes.Length - offset)), offset, cancellationToken);
                RandomAccess.FlushToDisk(handle);
            }

            var plainTime = Stopwatch.GetElapsedTime(start).TotalSeconds;
            File.Delete(path);
            start = Stopwatch.GetTimestamp();
            var partial = await host.Store.OpenPartialAsync(file, cancellationToken);
            for (var offset = 0; offset < bytes.Length; offset += step) await partial.AppendAsync(bytes.AsMemory(offset, Math.Min(step, bytes.Length - offset)), cancellationToken);
            var result = await host.Store.CommitAsync(partial, "bench", cancellationToken);
            var storedTime = Stopwatch.GetElapsedTime(start).TotalSeconds;
            partial.Dispose();
            partial.Handle.Dispose();
            await host.Store.RemoveAsync(result, cancellationToken);
            if (round < 0) continue;
            plain.Add(Large / plainTime);
            stored.Add(Large / storedTime);
        }

        figures.Add("content_store", Median(stored) / 1e6, "MB/s");
        figures.Add("content_store_plain", Median(plain) / 1e6, "MB/s");
        figures.Add("content_store_over_plain", Median(stored) / Median(plain), "x");
    }

    /// <summary>Each asker takes the first mebibyte and goes: what is measured is the first byte, and what the parent sends.</summary>
    private static async Task AskAsync(Figures figures, string folder, CancellationToken cancellationToken)
    {
        var catalog = new BenchCatalog(Path.Combine(folder, "WsusContent"));
        var file = await catalog.AddAsync("asked.msu", Asked, 3, sparse: false, cancellationToken);
        await using var parent = await ContentHost.StartAsync(Path.Combine(folder, "parent"), catalog, parent: null, cancellationToken);
        await parent.AdoptAsync(Path.Combine(folder, "WsusContent"), cancellationToken);
        await using var replica = await ContentHost.StartAsync(Path.Combine(folder, "replica"), catalog, parent.Url, cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Askers, UseProxy = false }) { BaseAddress = replica.Url };
        var firstBytes = new double[Askers];
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long start = 0;
        var askers = Enumerable.Range(0, Askers).Select(i => Task.Run(
            async () =>
            {
                await go.Task;
                using var response = await http.GetAsync(ContentPath.For(file), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                var buffer = new byte[64 << 10];
                var got = await body.ReadAsync(buffer, cancellationToken);
                firstBytes[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                for (int read; got < 1 << 20 && (read = await body.ReadAsync(buffer, cancellationToken)) > 0;) got += read;
            },
            cancellationToken)).ToArray();
        start = Stopwatch.GetTimestamp();
        go.SetResult();
        await Task.WhenAll(askers);
        await replica.Fetcher.EnsureAsync(file, Hierarchy.Content.Transfer.TransferPriority.OnDemand, cancellationToken);
        Array.Sort(firstBytes);
        figures.Add("content_ask_first_byte_median", firstBytes[Askers / 2], "ms");
        figures.Add("content_ask_first_byte_last", firstBytes[^1], "ms");
        figures.Add("content_ask_parent_sent", (double)parent.Counts.BytesServedToServers / Asked, "x");
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
