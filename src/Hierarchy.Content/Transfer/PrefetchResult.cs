namespace Hierarchy.Content.Transfer;

/// <summary>What became of a list of files.</summary>
/// <param name="Present">Files that were here already.</param>
/// <param name="Fetched">Files that were fetched.</param>
/// <param name="Failed">Files that could not be, each with the reason.</param>
public sealed record PrefetchResult(int Present, int Fetched, IReadOnlyList<FailedFile> Failed);

/// <summary>A file that could not be fetched.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">Why, with the next step.</param>
public sealed record FailedFile(ContentFile File, string Reason)
{
    /// <summary>When it was given up.</summary>
    public DateTimeOffset At { get; init; }
}
