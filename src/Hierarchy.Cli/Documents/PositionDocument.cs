using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>A place in a log.</summary>
internal sealed record PositionDocument(string? LogId, int Epoch, string? EpochId, long Sequence)
{
    public static PositionDocument? From(Position? position)
        => position is null ? null : new PositionDocument(Wire.Guid(position.LogId), position.Epoch, Wire.Guid(position.EpochId), position.Sequence);

    /// <summary>For people: sequence@epoch.</summary>
    public override string ToString() => $"{Sequence}@{Epoch}";
}
