namespace Hierarchy.Benchmarks.Rpc;

/// <summary>What is on the heap of this process.</summary>
internal static class Heap
{
    /// <summary>The bytes that survive full collections. Twice: what has a finalizer goes in the second.</summary>
    public static long Held()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
