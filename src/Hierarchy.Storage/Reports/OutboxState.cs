namespace Hierarchy.Storage.Reports;

/// <summary>Where the outbox stands: swapped whole.</summary>
/// <param name="Incarnation">Its life.</param>
/// <param name="Head">The highest number given.</param>
/// <param name="Rooted">The root has everything up to here.</param>
/// <param name="RootLife">The life of the root for which that counts; empty before one was heard of.</param>
/// <param name="Clean">
/// The parent has everything up to here. A block with a number up to here begins its marks of unsent statuses anew when it changes; so they hold for a parent that has at least this, and for no other.
/// </param>
/// <param name="Full">Blocks with a number up to here go out whole, whatever their marks say: the marks were made for a parent that had more.</param>
internal sealed record OutboxState(Guid Incarnation, long Head, long Rooted, Guid RootLife, long Clean, long Full)
{
    /// <summary>A new life with everything still to send.</summary>
    public OutboxState Renewed() => this with { Incarnation = Guid.NewGuid(), Rooted = 0, Clean = 0, Full = Head };

    /// <summary>This parent has everything up to there.</summary>
    public OutboxState Received(long through) => through < Clean ? this with { Clean = through, Full = Head } : this with { Clean = through };
}
