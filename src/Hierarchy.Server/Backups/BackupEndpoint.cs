using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Courier;
using static Hierarchy.Server.Api.Admin.AdminDoor;
using SyncSchedule = Hierarchy.Domain.Synchronization.SyncSchedule;

namespace Hierarchy.Server.Backups;

/// <summary>Answers for backups of this server.</summary>
internal sealed class BackupEndpoint(BackupMaker maker, BackupScheduler scheduler, BackupJournal journal, TimeProvider time) : BackupService.BackupServiceBase
{
    private const int MinutesADay = 24 * 60;
    private const int ListedRuns = 20;

    public override async Task Backup(BackupRequest request, IServerStreamWriter<BackupResponse> responseStream, ServerCallContext context)
    {
        Guard(context);
        if (request.OnServer.Length > 0) CheckPath(request.OnServer);
        using var pump = new ProgressPump<BackupResponse>(responseStream.WriteAsync, time);
        void Report(BackupStep step) =>
            pump.Report(new BackupResponse { Progress = new BackupProgress { Phase = step.Phase, File = step.File, BytesDone = step.Done, BytesTotal = step.Total } });

        var result = await pump.RunAsync(
            async stop =>
            {
                if (request.OnServer.Length > 0) return await maker.MakeFileAsync(request.OnServer, Report, stop);
                await using var chunks = new ChunkStream((bytes, token) => pump.WriteAsync(new BackupResponse { Chunk = ByteString.CopyFrom(bytes.Span) }, token));
                var made = await maker.MakeAsync(chunks, Report, stop);
                await chunks.CompleteAsync(stop);
                return made with { Bytes = chunks.Written };
            },
            context.CancellationToken);
        var finished = new BackupFinished
        {
            Position = result.Position.ToProto(),
            Count = result.Count,
            Digest = ByteString.CopyFrom(result.Digest.Span),
            TakenAt = result.TakenAt.ToTimestamp(),
            Bytes = result.Bytes,
            BytesOfFiles = result.BytesOfFiles,
            Path = request.OnServer,
        };
        await responseStream.WriteAsync(new BackupResponse { Finished = finished }, context.CancellationToken);
    }

    public override async Task<GetBackupScheduleResponse> GetBackupSchedule(GetBackupScheduleRequest request, ServerCallContext context)
    {
        Guard(context);
        return await CurrentAsync(context.CancellationToken);
    }

    public override async Task<SetBackupScheduleResponse> SetBackupSchedule(SetBackupScheduleRequest request, ServerCallContext context)
    {
        Guard(context);
        var wanted = request.Schedule ?? throw Refusal.Invalid("Say how many times a day.");
        if (wanted.TimesADay is < 0 or > SyncSchedule.MostTimesADay) throw Refusal.Invalid($"Backups are made 1 to {SyncSchedule.MostTimesADay} times a day, or 0 for never.");
        if (wanted.FirstMinute is < 0 or >= MinutesADay) throw Refusal.Invalid("The first time of the day is 00:00 to 23:59.");
        if (wanted.TimesADay > 0)
        {
            if (wanted.Keep is < 1 or > BackupPlan.MostKept) throw Refusal.Invalid($"1 to {BackupPlan.MostKept} backups can be kept.");
            if (!Path.IsPathFullyQualified(wanted.Folder)) throw Refusal.Invalid($"'{wanted.Folder}' is no absolute path. Name the folder as the server's machine sees it.");
            if (!Directory.Exists(wanted.Folder)) throw Refusal.NotFound($"The server's machine has no folder {wanted.Folder}, or the server's account may not see it. Make it first.");
            await journal.SavePlanAsync(new BackupPlan(Path.GetFullPath(wanted.Folder), wanted.Keep), context.CancellationToken);
        }

        await scheduler.SetAsync(new SyncSchedule(wanted.TimesADay, TimeSpan.FromMinutes(wanted.FirstMinute)), context.CancellationToken);
        return new SetBackupScheduleResponse { Current = await CurrentAsync(context.CancellationToken) };
    }

    private static void CheckPath(string path)
    {
        if (!Path.IsPathFullyQualified(path)) throw Refusal.Invalid($"'{path}' is no absolute path. Name the file as the server's machine sees it.");
        if (Directory.Exists(path)) throw Refusal.Invalid($"{path} is a folder. Name a file in it.");
        if (File.Exists(path)) throw Refusal.Exists($"{path} is there already, and a backup replaces nothing. Name another file.");
        if (!Directory.Exists(Path.GetDirectoryName(path))) throw Refusal.NotFound($"The server's machine has no folder {Path.GetDirectoryName(path)}. Make it first.");
    }

    private async Task<GetBackupScheduleResponse> CurrentAsync(CancellationToken cancellationToken)
    {
        var agenda = scheduler.Agenda;
        var plan = await journal.LoadPlanAsync(cancellationToken);
        var current = new GetBackupScheduleResponse
        {
            Schedule = new BackupSchedule { TimesADay = agenda.Schedule.TimesADay, FirstMinute = (int)agenda.Schedule.First.TotalMinutes, Keep = plan.Keep, Folder = plan.Folder },
            Next = agenda.Next?.ToTimestamp(),
            TimeZone = scheduler.Zone.Id,
        };
        current.Runs.Add((await journal.ListRunsAsync(cancellationToken)).Take(ListedRuns));
        return current;
    }
}
