namespace Hierarchy.Domain.Reports;

/// <summary>The next reports to hand to the parent, in outbox order.</summary>
/// <param name="Computers">Latest report per computer.</param>
/// <param name="Statuses">Latest status per computer, update and user.</param>
/// <param name="Through">The highest outbox number in the page; equal to what was asked after when the page is empty.</param>
public sealed record OutboxPage(IReadOnlyList<ComputerReport> Computers, IReadOnlyList<StatusReport> Statuses, long Through)
{
    /// <summary>True when there is nothing to send.</summary>
    public bool IsEmpty => Computers.Count == 0 && Statuses.Count == 0;
}
