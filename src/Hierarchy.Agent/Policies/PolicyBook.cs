using Hierarchy.Agent.Install;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Policies;
using Microsoft.Extensions.Logging;
using Wire = Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Agent.Policies;

/// <summary>The policy in force, and what follows from it at this moment. It comes with every sync; nothing is installed without one, so that it need not be kept over a start.</summary>
internal sealed partial class PolicyBook(StateFolder folder, TimeProvider time, ILogger logger)
{
    private readonly InstallClock _clock = new(folder, time);
    private string? _fault;

    /// <summary>As the server sent it last.</summary>
    internal ClientPolicy Policy { get; private set; } = ClientPolicy.None;

    /// <summary>Takes a policy over. True when it is another one than before.</summary>
    internal bool Take(Wire.ClientPolicy? message)
    {
        var policy = WirePolicy.Read(message);
        if (policy == Policy) return false;
        Policy = policy;
        Log.Taken(logger, policy.IsNone ? "none" : string.Join(", ", PolicyField.All.Where(field => field.Get(policy) is not null).Select(field => $"{field.Name} {field.Text(field.Get(policy)!)}"))); // Filtered just before.
        return true;
    }

    /// <summary>What may be done now.</summary>
    internal InstallGate Gate()
    {
        var (mode, schedule) = InForce();
        var scheduledAt = mode == AutomaticUpdates.Scheduled ? _clock.NextOf(schedule) : DateTimeOffset.MaxValue;
        var wanted = Policy.BlockUserAccess == true ? [] : Consents.Read(folder.Path);
        return new InstallGate(mode, Policy.InstallMinorAtOnce == true, time.GetUtcNow(), time.LocalTimeZone, scheduledAt, wanted.Contains);
    }

    /// <summary>The agent stays: see <see cref="InstallClock.IsStaying"/>.</summary>
    internal void Stay() => _clock.IsStaying = true;

    /// <summary>Everything that could be done was tried.</summary>
    /// <param name="isWhole">Nothing is to be tried again soon: the scheduled time has passed.</param>
    /// <param name="isDone">True for updates of which nothing is left to do that a user said.</param>
    internal void Acted(bool isWhole, Func<Guid, bool> isDone)
    {
        var (mode, schedule) = InForce();
        if (isWhole && mode == AutomaticUpdates.Scheduled) _clock.Passed(schedule);
        Consents.Remove(folder.Path, isDone);
    }

    /// <summary>What waits, for people and for the next time to act.</summary>
    internal PendingUpdates Waiting(IEnumerable<PlannedUpdate> updates, Func<PlannedUpdate, bool> isDownloaded)
    {
        var (mode, schedule) = InForce();
        var gate = Gate();
        return new PendingUpdates
        {
            At = time.GetUtcNow(),
            AuOptions = (int?)mode,
            ScheduledAt = mode == AutomaticUpdates.Scheduled ? _clock.NextOf(schedule) : null,
            AreUsersBlocked = Policy.BlockUserAccess == true,
            Updates =
            [
                .. updates.Select(update => (Update: update, Permission: gate.Of(update))).Where(waiting => !waiting.Permission.CanInstall).Select(waiting => new PendingUpdates.Line(
                    waiting.Update.Decision.Id.UpdateId, waiting.Update.Decision.Id.RevisionNumber, waiting.Update.Revision.Texts[0].Title, waiting.Update.Decision.Action.ToString(),
                    isDownloaded(waiting.Update), waiting.Permission.Reason, InstallGate.MomentOf(waiting.Update.Decision, time.LocalTimeZone), waiting.Permission.Until)),
            ],
        };
    }

    private (AutomaticUpdates? Mode, InstallSchedule Schedule) InForce()
    {
        if (Policy.AutomaticUpdates != AutomaticUpdates.Local) return (Policy.AutomaticUpdates, Policy.Schedule ?? InstallSchedule.Default);
        var local = LocalSettings.Read(folder.Combine(LocalSettings.FileName));
        if (local.Fault is { } fault && fault != _fault) Log.Unusable(logger, fault);
        _fault = local.Fault;
        return (local.Mode, local.Schedule ?? InstallSchedule.Default);
    }

    private static partial class Log
    {
        [LoggerMessage(7800, LogLevel.Information, "The policy of this computer is now: {Policy}")]
        internal static partial void Taken(ILogger logger, string policy);

        [LoggerMessage(7801, LogLevel.Warning, "{Fault}")]
        internal static partial void Unusable(ILogger logger, string fault);
    }
}
