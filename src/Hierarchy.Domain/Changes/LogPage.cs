namespace Hierarchy.Domain.Changes;

/// <summary>Records in log order, and the head of the same read transaction.</summary>
/// <param name="Records">Ascending by sequence, tombstones included; payload memory stays valid.</param>
/// <param name="Through">Everything up to here that exists is in this page or an earlier one.</param>
/// <param name="Head">The head as this read saw it; the page is the last one when <paramref name="Through"/> equals its sequence.</param>
public sealed record LogPage(IReadOnlyList<ChangeRecord> Records, long Through, LogHead Head)
{
    /// <summary>True when nothing was left to read.</summary>
    public bool IsLast => Through == Head.Position.Sequence;
}
