using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Courier;

/// <summary>What a log file leads to, as its header says.</summary>
/// <param name="From">Whoever takes it must hold at least this; empty: it replaces whatever is there.</param>
/// <param name="Checkpoint">The state after it.</param>
/// <param name="Epochs">The history that the checkpoint's position lies in, ascending.</param>
/// <param name="Floor">The floor of the server that made it.</param>
/// <param name="Ancestry">From that server up to the root.</param>
/// <param name="KindsLeftOut">Empty for a whole log.</param>
/// <param name="Records">Records carried.</param>
public sealed record CourierState(
    Position From, Checkpoint Checkpoint, IReadOnlyList<Epoch> Epochs, long Floor, IReadOnlyList<Guid> Ancestry, IReadOnlyList<int> KindsLeftOut, long Records)
{
    /// <summary>True for a log without its decisions.</summary>
    public bool IsCatalogOnly => KindsLeftOut.Count > 0;
}
