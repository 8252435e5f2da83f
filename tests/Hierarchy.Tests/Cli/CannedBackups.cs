using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server's backups, for the tests of the command line alone.</summary>
internal sealed class CannedBackups : BackupService.BackupServiceBase
{
    private static readonly Timestamp Noon = Timestamp.FromDateTime(new DateTime(2026, 10, 4, 12, 0, 0, DateTimeKind.Utc));

    private static Position At => new()
    {
        LogId = ByteString.CopyFrom(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).ToByteArray(bigEndian: true)),
        Epoch = 2,
        EpochId = ByteString.CopyFrom(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12).ToByteArray(bigEndian: true)),
        Sequence = 1234,
    };

    public override async Task Backup(BackupRequest request, IServerStreamWriter<BackupResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new BackupResponse { Progress = new BackupProgress { Phase = "copying", File = "log.db", BytesDone = 1 << 20, BytesTotal = 2 << 20 } });
        // Without a path these are the bytes of no backup.
        if (request.OnServer.Length == 0) await responseStream.WriteAsync(new BackupResponse { Chunk = ByteString.CopyFromUtf8("PK no archive") });
        await responseStream.WriteAsync(new BackupResponse
        {
            Finished = new BackupFinished { Position = At, Count = 1200, TakenAt = Noon, Bytes = request.OnServer.Length == 0 ? 13 : 123_456, BytesOfFiles = 234_567, Path = request.OnServer },
        });
    }

    public override Task<GetBackupScheduleResponse> GetBackupSchedule(GetBackupScheduleRequest request, ServerCallContext context) =>
        Task.FromResult(Current(new BackupSchedule { TimesADay = 2, FirstMinute = 120, Keep = 14, Folder = "/var/backups" }));

    public override Task<SetBackupScheduleResponse> SetBackupSchedule(SetBackupScheduleRequest request, ServerCallContext context) =>
        Task.FromResult(new SetBackupScheduleResponse { Current = Current(request.Schedule) });

    private static GetBackupScheduleResponse Current(BackupSchedule schedule) => new()
    {
        Schedule = schedule,
        Next = schedule.TimesADay > 0 ? Noon : null,
        TimeZone = "Europe/Berlin",
        Runs =
        {
            new BackupRun { StartedAt = Noon, Path = "/var/backups/c.zip" },
            new BackupRun { StartedAt = Noon, EndedAt = Noon + Duration.FromTimeSpan(TimeSpan.FromSeconds(3)), Path = "/var/backups/b.zip", Error = "The disk is full." },
            new BackupRun { StartedAt = Noon, EndedAt = Noon + Duration.FromTimeSpan(TimeSpan.FromSeconds(4)), Path = "/var/backups/a.zip", Bytes = 5000, Position = At, Pruned = true },
        },
    };
}
