namespace Hierarchy.Content.Store;

/// <summary>How far a check of the whole store is. Immutable; the next state replaces it.</summary>
/// <param name="FilesDone">Files read.</param>
/// <param name="FilesTotal">Files that there were at the start.</param>
/// <param name="BytesDone">Their bytes.</param>
/// <param name="BytesTotal">Bytes of all.</param>
/// <param name="Damaged">Files that turned out damaged or missing.</param>
public sealed record VerifyProgress(int FilesDone, int FilesTotal, long BytesDone, long BytesTotal, int Damaged);
