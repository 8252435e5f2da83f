using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>What a head that was found in the database means to a server that knows another.</summary>
internal enum HeadFinding
{
    /// <summary>Nothing was written since.</summary>
    Same = 1,

    /// <summary>The transaction whose outcome was not known is the newest one.</summary>
    Committed = 2,

    /// <summary>Another server of this epoch has written; its transactions are read and the work is done again on top.</summary>
    Ahead = 3,

    /// <summary>Another server has begun a newer epoch: this one decides nothing any more.</summary>
    Superseded = 4,

    /// <summary>What this server committed is not there: the database came back as it was before, or is another one.</summary>
    Rewound = 5,
}

/// <summary>Judges heads.</summary>
internal static class HeadFindings
{
    /// <summary>What it means.</summary>
    /// <param name="known">The head after the last transaction that is known to be durable.</param>
    /// <param name="planned">The head after a transaction of unknown outcome; null when there is none.</param>
    /// <param name="found">The head in the database.</param>
    public static HeadFinding Judge(LogHead known, LogHead? planned, LogHead found)
    {
        if (AreSame(known, found)) return HeadFinding.Same;
        if (planned is not null && AreSame(planned, found)) return HeadFinding.Committed;
        if (found.Position.Log != known.Position.Log) return HeadFinding.Rewound;
        if (found.Position.Epoch > known.Position.Epoch) return HeadFinding.Superseded;
        var isLater = found.Position.Sequence > known.Position.Sequence || (found.Position.Sequence == known.Position.Sequence && found.Floor > known.Floor);
        return found.Position.EpochId == known.Position.EpochId && isLater ? HeadFinding.Ahead : HeadFinding.Rewound;
    }

    private static bool AreSame(LogHead one, LogHead other) =>
        one.Position == other.Position && one.Floor == other.Floor && one.Count == other.Count && one.Digest.Span.SequenceEqual(other.Digest.Span);
}
