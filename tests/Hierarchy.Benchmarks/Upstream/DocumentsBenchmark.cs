using System.Diagnostics;
using Hierarchy.Domain.Catalog;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Generation;

namespace Hierarchy.Benchmarks.Upstream;

/// <summary>Reads the documents of a generated catalog, one core, and makes records of them. Best of several rounds: others may use the machine.</summary>
internal static class DocumentsBenchmark
{
    private const int Documents = 5_000;
    private const int Rounds = 7;
    private const double Microseconds = 1e6;

    public static Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var texts = new DocumentGenerator(7).Plan(Documents).SelectMany(group => group()).Select(document => document.Xml).ToList();
        var revisions = texts.ConvertAll(UpdateDocument.Read);
        var (read, record, allocated) = (double.MaxValue, double.MaxValue, long.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (var text in texts) UpdateDocument.Read(text);
            read = Math.Min(read, Stopwatch.GetElapsedTime(start).TotalSeconds);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            start = Stopwatch.GetTimestamp();
            for (var index = 0; index < texts.Count; index++) RevisionRecords.Encode(revisions[index], texts[index], index, _ => null, DateTimeOffset.UnixEpoch);
            record = Math.Min(record, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        figures.Add("documents_mean_length", texts.Average(text => text.Length), "characters");
        figures.Add("documents_read", texts.Count / read, "documents/s");
        figures.Add("documents_read_each", read * Microseconds / texts.Count, "us");
        figures.Add("documents_read_allocated", allocated / (double)texts.Count, "bytes");
        figures.Add("documents_record_each", record * Microseconds / texts.Count, "us");
        return Task.CompletedTask;
    }
}
