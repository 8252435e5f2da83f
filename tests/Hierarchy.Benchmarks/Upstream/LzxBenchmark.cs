using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Hierarchy.Testing.Cabinets;
using Hierarchy.Testing.Generation;
using Hierarchy.WindowsUpdate.Cabinets;
using Hierarchy.WindowsUpdate.Xpress;

namespace Hierarchy.Benchmarks.Upstream;

/// <summary>
/// Decodes the cabinets of a generated catalog's documents, one core: LZX as an upstream sends them, beside what the platform's own inflate takes for the same text (the floor on this machine),
/// and Xpress. Documents by themselves (some 6 KB, so that each brings its own codes) and one large one. Best of several rounds: others may use the machine.
/// </summary>
internal static class LzxBenchmark
{
    private const int Documents = 2_000;
    private const int LargeDocument = 8_000_000;
    private const int Rounds = 7;
    private const double Megabyte = 1e6;

    public static Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var texts = new DocumentGenerator(7).Plan(Documents).SelectMany(group => group()).Select(document => MemoryMarshal.AsBytes(document.Xml.AsSpan()).ToArray()).ToList();
        var all = texts.SelectMany(text => text).Take(LargeDocument).ToArray();
        Measure(figures, "", texts, cancellationToken);
        Measure(figures, "_large", [all], cancellationToken);
        return Task.CompletedTask;
    }

    private static void Measure(Figures figures, string suffix, List<byte[]> texts, CancellationToken cancellationToken)
    {
        var writer = new CabinetWriter();
        var encoder = new XpressEncoder();
        var cabinets = texts.Select(text => writer.Write(text)).ToList();
        var deflated = texts.Select(Deflate).ToList();
        var xpress = texts.Select(text => encoder.Encode(text)).ToList();
        var buffer = new byte[texts.Max(text => text.Length)];
        long bytes = texts.Sum(text => (long)text.Length);

        var (lzx, inflate, plain, encode) = (double.MaxValue, double.MaxValue, double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lzx = Math.Min(lzx, Time(() =>
            {
                foreach (var cabinet in cabinets) CabinetReader.ReadText(cabinet, "blob", CabinetLimits.Default);
            }));
            inflate = Math.Min(inflate, Time(() =>
            {
                foreach (var data in deflated) Inflate(data, buffer);
            }));
            plain = Math.Min(plain, Time(() =>
            {
                foreach (var body in xpress) XpressDecoder.Decode(body, LargeDocument);
            }));
            encode = Math.Min(encode, Time(() =>
            {
                foreach (var text in texts) encoder.Encode(text);
            }));
        }

        figures.Add($"lzx{suffix}_decode", bytes / Megabyte / lzx, "MB/s");
        figures.Add($"lzx{suffix}_over_inflate", lzx / inflate, "x");
        figures.Add($"lzx{suffix}_ratio", bytes / (double)cabinets.Sum(cabinet => (long)cabinet.Length), "x");
        figures.Add($"deflate{suffix}_decode", bytes / Megabyte / inflate, "MB/s");
        figures.Add($"deflate{suffix}_ratio", bytes / (double)deflated.Sum(data => (long)data.Length), "x");
        figures.Add($"xpress{suffix}_decode", bytes / Megabyte / plain, "MB/s");
        figures.Add($"xpress{suffix}_encode", bytes / Megabyte / encode, "MB/s");
        figures.Add($"xpress{suffix}_ratio", bytes / (double)xpress.Sum(body => (long)body.Length), "x");
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static byte[] Deflate(byte[] text)
    {
        var output = new MemoryStream();
        using (var stream = new DeflateStream(output, CompressionLevel.Optimal)) stream.Write(text);
        return output.ToArray();
    }

    private static void Inflate(byte[] data, byte[] buffer)
    {
        using var stream = new DeflateStream(new MemoryStream(data), CompressionMode.Decompress);
        while (stream.Read(buffer) > 0) { }
    }
}
