using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Audit;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Upstream;
using SyncSchedule = Hierarchy.Domain.Synchronization.SyncSchedule;

namespace Hierarchy.Server.Api.Admin;

/// <summary>When synchronizations start by themselves.</summary>
internal sealed class ScheduleAdministration(DecisionDesk desk, SyncScheduler? scheduler)
{
    private const int MinutesADay = 24 * 60;

    public GetSyncScheduleResponse Get()
    {
        var current = Scheduler();
        return new GetSyncScheduleResponse { Schedule = Message(current.Agenda), Next = current.Agenda.Next?.ToTimestamp(), TimeZone = current.Zone.Id };
    }

    public async Task<SetSyncScheduleResponse> SetAsync(SetSyncScheduleRequest request, CancellationToken cancellationToken)
    {
        var current = Scheduler();
        var wanted = request.Schedule ?? throw Refusal.Invalid("Say how many times a day.");
        if (wanted.TimesADay is < 0 or > SyncSchedule.MostTimesADay) throw Refusal.Invalid($"Synchronizations start 1 to {SyncSchedule.MostTimesADay} times a day, or 0 for never.");
        if (wanted.FirstMinute is < 0 or >= MinutesADay) throw Refusal.Invalid("The first time of the day is 00:00 to 23:59.");
        var before = current.Agenda.Schedule;
        var agenda = await current.SetAsync(new SyncSchedule(wanted.TimesADay, TimeSpan.FromMinutes(wanted.FirstMinute)), cancellationToken);
        if (agenda.Schedule != before) await desk.RecordAsync(new DecisionIntent("sync schedule set"), new AuditItem(Kind: 0, "when synchronizations start", Words(before), Words(agenda.Schedule)));
        return new SetSyncScheduleResponse { Schedule = Message(agenda), Next = agenda.Next?.ToTimestamp(), TimeZone = current.Zone.Id };
    }

    private SyncScheduler Scheduler()
    {
        desk.RequireRoot();
        return scheduler!; // An authority has one.
    }

    private static string Words(SyncSchedule schedule) => schedule.TimesADay == 0 ? "never" : $"{schedule.TimesADay} times a day from {schedule.First:hh\\:mm}";

    private static Protocol.Admin.V1.SyncSchedule Message(SyncAgenda agenda) => new() { TimesADay = agenda.Schedule.TimesADay, FirstMinute = (int)agenda.Schedule.First.TotalMinutes };
}
