using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Storage;
using SyncSchedule = Hierarchy.Domain.Synchronization.SyncSchedule;

namespace Hierarchy.Server.Backups;

/// <summary>What a server remembers of its scheduled backups, durably: when, where to, and how the last ones ended.</summary>
internal sealed class BackupJournal(ILocalState state)
{
    private const string Plan = "backup/plan";
    private const string Schedule = "backup/schedule";
    private const string Runs = "backup/run/";

    // As many as can be kept, and some that failed.
    private const int KeptRuns = BackupPlan.MostKept + 100;

    public async ValueTask<SyncAgenda> LoadAgendaAsync(CancellationToken cancellationToken) =>
        await state.GetAsync(Schedule, cancellationToken) is { } bytes && JsonSerializer.Deserialize<StoredAgenda>(bytes) is { } stored
            ? new SyncAgenda(new SyncSchedule(stored.TimesADay, TimeSpan.FromMinutes(stored.FirstMinute)), stored.Next)
            : SyncAgenda.Never;

    public ValueTask SaveAgendaAsync(SyncAgenda agenda, CancellationToken cancellationToken) =>
        state.SetAsync(Schedule, JsonSerializer.SerializeToUtf8Bytes(new StoredAgenda(agenda.Schedule.TimesADay, (int)agenda.Schedule.First.TotalMinutes, agenda.Next)), cancellationToken);

    public async ValueTask<BackupPlan> LoadPlanAsync(CancellationToken cancellationToken) =>
        await state.GetAsync(Plan, cancellationToken) is { } bytes ? JsonSerializer.Deserialize<BackupPlan>(bytes) ?? BackupPlan.None : BackupPlan.None;

    public ValueTask SavePlanAsync(BackupPlan plan, CancellationToken cancellationToken) => state.SetAsync(Plan, JsonSerializer.SerializeToUtf8Bytes(plan), cancellationToken);

    /// <summary>A run without an end was under way when the server died: says so.</summary>
    public async ValueTask CloseInterruptedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var run in await ListRunsAsync(cancellationToken))
        {
            if (run.EndedAt is not null) continue;
            run.EndedAt = now.ToTimestamp();
            run.Error = "The server ended in the middle of this backup.";
            await SaveRunAsync(run, cancellationToken);
        }
    }

    /// <summary>The last runs, newest first.</summary>
    public async ValueTask<IReadOnlyList<BackupRun>> ListRunsAsync(CancellationToken cancellationToken) =>
        (await state.ListAsync(Runs, cancellationToken)).OrderByDescending(run => run.Key, StringComparer.Ordinal).Select(run => BackupRun.Parser.ParseFrom(run.Value)).ToArray();

    /// <summary>Keeps a run under its start, again when it ends, and forgets the oldest.</summary>
    public async ValueTask SaveRunAsync(BackupRun run, CancellationToken cancellationToken)
    {
        var changes = new List<KeyValuePair<string, ReadOnlyMemory<byte>?>> { new(Runs + run.StartedAt.ToDateTime().Ticks.ToString("D19", CultureInfo.InvariantCulture), run.ToByteArray()) };
        var known = await state.ListAsync(Runs, cancellationToken);
        changes.AddRange(known.OrderByDescending(kept => kept.Key, StringComparer.Ordinal).Skip(KeptRuns).Select(old => new KeyValuePair<string, ReadOnlyMemory<byte>?>(old.Key, null)));
        await state.SetAllAsync(changes, cancellationToken);
    }

    private sealed record StoredAgenda(int TimesADay, int FirstMinute, DateTimeOffset? Next);
}
