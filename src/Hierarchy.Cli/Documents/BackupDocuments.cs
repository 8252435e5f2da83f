using System.Globalization;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Storage.Backups;

namespace Hierarchy.Cli.Documents;

/// <summary>A backup that was made.</summary>
/// <param name="File">The archive.</param>
/// <param name="OnServer">It stands on the server's machine.</param>
/// <param name="Bytes">Of the archive.</param>
/// <param name="BytesOfFiles">Of the files in it.</param>
/// <param name="Position">Where the log stood.</param>
/// <param name="Count">Live records.</param>
/// <param name="TakenAt">When.</param>
internal sealed record BackupDocument(string File, bool OnServer, long Bytes, long BytesOfFiles, PositionDocument? Position, long Count, string? TakenAt)
{
    public static BackupDocument From(string file, BackupFinished finished) => new(
        file, finished.Path.Length > 0, finished.Bytes, finished.BytesOfFiles, PositionDocument.From(finished.Position), finished.Count, Wire.Time(finished.TakenAt));
}

/// <summary>A backup that was restored, or only looked at.</summary>
/// <param name="File">The archive.</param>
/// <param name="Data">The data directory; null when the backup was only verified.</param>
/// <param name="MovedTo">Where the old directory is now; null when there was none.</param>
/// <param name="ServerId">Whose backup.</param>
/// <param name="ServerName">For people.</param>
/// <param name="Role">Its role.</param>
/// <param name="Bytes">Unpacked.</param>
/// <param name="Position">Where its log stands.</param>
/// <param name="Count">Live records.</param>
/// <param name="TakenAt">When it was taken.</param>
internal sealed record RestoreDocument(
    string File, string? Data, string? MovedTo, string ServerId, string ServerName, string Role, long Bytes, PositionDocument Position, long Count, string TakenAt)
{
    public static RestoreDocument From(string file, string? data, BackupRestore.Result result) => new(
        file, data, result.MovedTo, result.Manifest.ServerId.ToString("D"), result.Manifest.ServerName, result.Manifest.Role, result.Bytes,
        new PositionDocument(result.Manifest.LogId?.ToString("D"), result.Manifest.Epoch, result.Manifest.EpochId.ToString("D"), result.Manifest.Sequence), result.Manifest.Count,
        result.Manifest.TakenAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
}

/// <summary>When backups are made by themselves, and how the last ones ended.</summary>
/// <param name="TimesADay">0 for never.</param>
/// <param name="At">The first time of the day, `HH:MM`; null for never.</param>
/// <param name="TimeZone">The server's.</param>
/// <param name="Next">The next start; null for never.</param>
/// <param name="Keep">How many stay; null for never.</param>
/// <param name="Folder">On the server; null for never.</param>
/// <param name="Runs">Newest first.</param>
internal sealed record BackupScheduleDocument(int TimesADay, string? At, string TimeZone, string? Next, int? Keep, string? Folder, IReadOnlyList<BackupRunBody> Runs)
{
    public static BackupScheduleDocument From(GetBackupScheduleResponse current)
    {
        var schedule = current.Schedule;
        var isOn = schedule.TimesADay > 0;
        return new BackupScheduleDocument(
            schedule.TimesADay, isOn ? TimeSpan.FromMinutes(schedule.FirstMinute).ToString(@"hh\:mm", CultureInfo.InvariantCulture) : null, current.TimeZone, Wire.Time(current.Next),
            isOn ? schedule.Keep : null, isOn ? schedule.Folder : null, [.. current.Runs.Select(BackupRunBody.From)]);
    }
}

/// <summary>How a backup by the schedule ended.</summary>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended; null while it is under way.</param>
/// <param name="File">The archive on the server.</param>
/// <param name="Bytes">Of the archive.</param>
/// <param name="Position">Where the log stood; null when it failed.</param>
/// <param name="Failure">Why it failed; null when it did not.</param>
/// <param name="Pruned">It was removed since, for newer ones.</param>
internal sealed record BackupRunBody(string? StartedAt, string? EndedAt, string File, long Bytes, PositionDocument? Position, string? Failure, bool Pruned)
{
    public static BackupRunBody From(BackupRun run) =>
        new(Wire.Time(run.StartedAt), Wire.Time(run.EndedAt), run.Path, run.Bytes, PositionDocument.From(run.Position), Wire.NullIfEmpty(run.Error), run.Pruned);
}
