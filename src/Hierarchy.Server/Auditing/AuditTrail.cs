using System.Security.Cryptography;
using Hierarchy.Domain.Audit;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Auditing;

/// <summary>Writes down what is decided. Whoever commits decisions without the desk adds the entry to its own transaction.</summary>
internal sealed class AuditTrail(ServerIdentity self, TimeProvider time)
{
    private uint _ordinal;

    /// <summary>The entry of those changes, to be committed with them.</summary>
    /// <param name="intent">Who wants them.</param>
    /// <param name="before">What they change.</param>
    /// <param name="changes">At least one.</param>
    public Change EntryOf(DecisionIntent intent, ServedView before, IReadOnlyList<Change> changes)
    {
        var words = new ChangeWords(before);
        // What a decision is about comes before what follows from it for single computers.
        return EntryOf(intent, [.. changes.OrderBy(change => ChangeWords.Weight(change.Kind)).Take(AuditEntry.MostItems).Select(words.Of)], changes.Count);
    }

    /// <summary>The entry of what stands in other records than those of the log.</summary>
    /// <param name="intent">Who wants it.</param>
    /// <param name="items">What changes, in words.</param>
    /// <param name="changes">How many records of the log.</param>
    public Change EntryOf(DecisionIntent intent, IReadOnlyList<AuditItem> items, int changes)
    {
        var caller = Caller.Current;
        var entry = new AuditEntry
        {
            Time = time.GetUtcNow(),
            Verb = intent.Verb,
            RequestedBy = intent.RequestedBy.Length > 0 ? intent.RequestedBy : caller?.User ?? "",
            Address = caller?.Address ?? "",
            ServerId = self.Id,
            ServerName = self.Name,
            Changes = changes,
            Items = items,
        };
        // Entries of one millisecond keep their order; the rest keeps those of two servers of one log apart.
        return AuditRecords.Entry(entry, ((ulong)Interlocked.Increment(ref _ordinal) << 32) | (uint)RandomNumberGenerator.GetInt32(int.MaxValue));
    }
}
