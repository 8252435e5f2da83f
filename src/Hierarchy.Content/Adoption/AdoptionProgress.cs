namespace Hierarchy.Content.Adoption;

/// <summary>How far an adoption is. Immutable; the next state replaces it.</summary>
public sealed record AdoptionProgress
{
    /// <summary>The most faults that are kept with their reason; the rest is only counted.</summary>
    public const int MaxFaults = 1000;

    /// <summary>Before the first file.</summary>
    public static AdoptionProgress None { get; } = new();

    /// <summary>Files that the catalog knows, looked at so far and altogether.</summary>
    public int FilesDone { get; init; }

    /// <inheritdoc cref="FilesDone"/>
    public int FilesTotal { get; init; }

    /// <summary>Bytes of those files.</summary>
    public long BytesDone { get; init; }

    /// <inheritdoc cref="BytesDone"/>
    public long BytesTotal { get; init; }

    /// <summary>Taken as a second name of the same bytes.</summary>
    public int Linked { get; init; }

    /// <summary>Taken as a copy.</summary>
    public int Copied { get; init; }

    /// <summary>In the store already, so not read.</summary>
    public int AlreadyHere { get; init; }

    /// <summary>Files that no update of the catalog names.</summary>
    public int Unknown { get; init; }

    /// <summary>Files that are not what their name says, or cannot be read.</summary>
    public int Wrong { get; init; }

    /// <summary>The wrong ones, at most <see cref="MaxFaults"/>.</summary>
    public IReadOnlyList<AdoptionFault> Faults { get; init; } = [];
}
