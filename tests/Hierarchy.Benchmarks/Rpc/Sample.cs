namespace Hierarchy.Benchmarks.Rpc;

/// <summary>One run of one row: how many calls or messages in how many seconds, and what both sides allocated for one; latencies, where they were taken, are sorted and in microseconds.</summary>
internal sealed record Sample(int Count, double Seconds, double ClientBytes, double ServerBytes, double[] Latencies)
{
    public double Rate => Count / Seconds;

    public double Latency(double share) => Latencies[(int)((Latencies.Length - 1) * share)];
}
