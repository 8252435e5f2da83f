namespace Hierarchy.Server.Succession;

/// <summary>That this server was promoted: kept as `promotion` in the data directory, for as long as it is the root by that.</summary>
/// <param name="At">When an operator decided it, UTC.</param>
/// <param name="By">Who.</param>
/// <param name="From">What it was: `replica` or `root`.</param>
/// <param name="Above">The highest epoch that was heard of; the new one lies above.</param>
/// <param name="Parents">Where those answer that it followed: they have to hear of it.</param>
/// <param name="Epoch">The epoch that began by it; null until it has begun.</param>
internal sealed record Promotion(DateTimeOffset At, string By, string From, int Above, IReadOnlyList<string> Parents, int? Epoch)
{
    /// <summary>The file's name.</summary>
    public const string File = "promotion";
}
