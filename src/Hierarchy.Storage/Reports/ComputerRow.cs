using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Reports;

/// <summary>A computer while a transaction works on it.</summary>
internal sealed class ComputerRow(long key, string computerId)
{
    /// <summary>Its local number.</summary>
    public long Key { get; } = key;

    public string ComputerId { get; } = computerId;

    /// <summary>Its latest word about itself; null while there are statuses alone.</summary>
    public ComputerReport? Report { get; set; }

    /// <summary>The outbox number of the report; 0 while there is none.</summary>
    public long Outbox { get; set; }

    /// <summary>The incarnation of all of its statuses; a lower one counts no more.</summary>
    public long StatusIncarnation { get; set; }

    /// <summary>The local number of the set of groups under which it is counted; 0 before its first report.</summary>
    public int Scope { get; set; }

    /// <summary>Statuses by state.</summary>
    public int[] States { get; set; } = [];

    /// <summary>It is to be written before the transaction ends.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Counts a status that came, or went.</summary>
    public void Count(UpdateState state, int by)
    {
        if (States.Length <= (int)state)
        {
            var longer = new int[(int)state + 1];
            States.CopyTo(longer, 0);
            States = longer;
        }

        States[(int)state] += by;
        IsChanged = true;
    }
}
