using System.Runtime.CompilerServices;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Follower;

namespace Hierarchy.Replication.Succession;

/// <summary>Keeps what a mirror is about to lose, before it is lost: called with a whole snapshot staged, and again when its fold did not come about.</summary>
/// <param name="log">The mirror.</param>
/// <param name="lost">Where losses are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class LossArchive(IMirrorLog log, ILostStore lost, TimeProvider time)
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 << 20;

    /// <summary>Keeps what folding would take away; the id of the loss, or null when nothing would be lost.</summary>
    public async ValueTask<long?> KeepAsync(Checkpoint next, ParentStatus? parent, CancellationToken cancellationToken)
    {
        var first = await log.ReadLossAsync(0, PageRecords, PageBytes, cancellationToken);
        if (first.Records.Count == 0) return null;
        var before = log.Head.Position;
        var reason = before.Log == next.Position.Log
            ? $"The history of {Name(parent)} shares this server's records up to {first.Common}; it has others, or none, in place of those above."
            : $"{Name(parent)} has log {next.Position.Log}, and this server mirrored {before.Log}.";
        var loss = new Loss(0, time.GetUtcNow(), reason, before, first.Common, next.Position, 0);
        return await lost.KeepAsync(loss, ReadAsync(first, cancellationToken), cancellationToken);
    }

    /// <summary>The fold did not come about: nothing was lost.</summary>
    public async ValueTask TakeBackAsync(long id, CancellationToken cancellationToken) => await lost.ForgetAsync(id, cancellationToken);

    private static string Name(ParentStatus? parent) => parent?.Server is { } server ? $"{server.Name} at {parent.Url}" : parent?.Url.ToString() ?? "the parent";

    private async IAsyncEnumerable<IReadOnlyList<ChangeRecord>> ReadAsync(LossPage page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return page.Records;
        while (!page.IsLast)
        {
            page = await log.ReadLossAsync(page.Through, PageRecords, PageBytes, cancellationToken);
            yield return page.Records;
        }
    }
}
