namespace Hierarchy.Cli.Documents;

/// <summary>Computers taken over from a WSUS, or what would be taken.</summary>
internal sealed record ComputersMigratedDocument(
    bool WhatIf, int Computers, int Changed, int Unchanged, IReadOnlyList<string> UnknownGroups, IReadOnlyList<string> CreatedGroups,
    IReadOnlyList<DuplicateComputerBody> Duplicates, IReadOnlyList<LeftOutRowBody> LeftOut, PositionDocument? Position);

/// <summary>The same when it came to nothing.</summary>
internal sealed record ComputersNotMigratedDocument(ErrorBody Error, IReadOnlyList<string> UnknownGroups);

/// <summary>An id that several rows have; taken when they name the same groups.</summary>
internal sealed record DuplicateComputerBody(string ComputerId, IReadOnlyList<string> Names, bool Taken);

/// <summary>A row that was left out.</summary>
internal sealed record LeftOutRowBody(int Line, string Name, string Reason);

/// <summary>Content taken over from a WSUS.</summary>
internal sealed record ContentMigratedDocument(
    string Folder, int Files, long Bytes, int Linked, int Copied, int AlreadyHere, int Unknown, int Wrong, IReadOnlyList<WrongFileBody> WrongFiles);

/// <summary>A file that was not taken.</summary>
internal sealed record WrongFileBody(string Path, string Reason);
