using Hierarchy.Domain;

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

    /// <summary>What the parent has, and for which life of the root the rest is to be told. The first root that is heard of takes nothing back.</summary>
    /// <param name="received">The parent has everything up to here.</param>
    /// <param name="rooted">The root has everything up to here, by the parent's word.</param>
    /// <param name="rootLife">The root's life; empty where it was not said.</param>
    /// <param name="isTakenBack">Another root, or one that was restored: what the last one had is not known to be there.</param>
    /// <exception cref="IntegrityException">The parent names numbers that were never given.</exception>
    public OutboxState Acknowledged(long received, long rooted, Guid rootLife, out bool isTakenBack)
    {
        if (received < 0 || rooted < 0 || received > Head || rooted > received)
            throw new IntegrityException($"The parent says that it has this server's reports up to {received} and the root up to {rooted}, and only {Head} were numbered. Its answer was not kept: name another parent, or check which outbox it took.");
        var outbox = Received(received);
        var isOther = rootLife != Guid.Empty && rootLife != RootLife;
        isTakenBack = isOther && Rooted > 0;
        return isOther ? outbox with { RootLife = rootLife, Rooted = 0 } : outbox;
    }
}
