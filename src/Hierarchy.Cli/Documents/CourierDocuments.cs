using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>A file for, or from, a server without a connection.</summary>
/// <param name="File">The file.</param>
/// <param name="Carries">`log`, `status` or `position`.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="Sha256">Of the file.</param>
/// <param name="From">Where whoever takes it must stand at least; null for anywhere.</param>
/// <param name="To">Where whoever takes it stands then; of the others, where the server stands (null: it has nothing yet).</param>
/// <param name="EverythingInstead">A delta was asked for, and everything is in it.</param>
/// <param name="Records">Carried.</param>
/// <param name="ContentFiles">Carried.</param>
/// <param name="ContentBytes">Theirs.</param>
/// <param name="ContentMissing">Wanted, and not at the server itself.</param>
/// <param name="Reports">Computers and statuses carried.</param>
internal sealed record ExportDocument(
    string File, string Carries, long Bytes, string? Sha256, PositionDocument? From, PositionDocument? To, bool EverythingInstead, long Records, long ContentFiles, long ContentBytes, long ContentMissing,
    long Reports)
{
    public static ExportDocument Of(string file, CourierKind kind, ExportFinished finished) => new(
        file, kind.ToString().ToLowerInvariant(), finished.Bytes, Wire.Hex(finished.Sha256), Position(finished.From), Position(finished.To), finished.EverythingInstead, finished.Records,
        finished.Files, finished.FileBytes, finished.FilesMissing, finished.Reports);

    /// <summary>Null for the position of a server that has nothing.</summary>
    public static PositionDocument? Position(Position? position) => position is null or { Sequence: 0 } ? null : PositionDocument.From(position);
}

/// <summary>What an import did.</summary>
/// <param name="File">The file.</param>
/// <param name="MadeBy">The server that made it.</param>
/// <param name="Before">Where this server stood; null for nowhere, and for reports.</param>
/// <param name="After">Where it stands.</param>
/// <param name="Records">Taken now.</param>
/// <param name="RecordsPassed">Were here, or staged.</param>
/// <param name="ContentStored">Files taken.</param>
/// <param name="ContentPresent">Files that were here.</param>
/// <param name="ContentUnknown">Files that no update here names.</param>
/// <param name="ReportsMerged">That were new here.</param>
/// <param name="ReportsRooted">Of this server, known to be at the root now.</param>
internal sealed record ImportDocument(
    string File, string MadeBy, PositionDocument? Before, PositionDocument? After, long Records, long RecordsPassed, long ContentStored, long ContentPresent, long ContentUnknown, long ReportsMerged,
    long ReportsRooted)
{
    public static ImportDocument Of(string file, ImportFinished finished) => new(
        file, finished.MadeBy, ExportDocument.Position(finished.Before), ExportDocument.Position(finished.After), finished.Records, finished.RecordsPassed, finished.FilesStored,
        finished.FilesPresent, finished.FilesUnknown, finished.ReportsMerged, finished.ReportsRooted);
}
