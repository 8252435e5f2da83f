namespace Hierarchy.Domain.Changes;

/// <summary>The kinds that the log itself understands. All others are numbers of the catalog contract, opaque here.</summary>
public static class RecordKinds
{
    /// <summary>An <see cref="Epoch"/>: key is its number, four bytes big-endian; payload as <see cref="EpochPayload"/> writes it.</summary>
    public const int Epoch = 1;

    /// <summary>How many revision numbers are given: key empty; payload as <see cref="RevisionNumberPayload"/> writes it.</summary>
    public const int RevisionNumbers = 19;

    /// <summary>True for what the log writes itself; no commit of a caller may.</summary>
    public static bool IsOwn(int kind) => kind is Epoch or RevisionNumbers;
}
