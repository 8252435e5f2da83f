using Hierarchy.Domain.Policies;
using Wire = Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Agent.Policies;

/// <summary>A policy as the server sends it, understood. A value of a later version counts as not said, as it does at servers of this version.</summary>
internal static class WirePolicy
{
    internal static ClientPolicy Read(Wire.ClientPolicy? message)
    {
        if (message is null) return ClientPolicy.None;
        return PolicyRules.Understood(new ClientPolicy
        {
            AutomaticUpdates = message.AutomaticUpdates == 0 ? null : (AutomaticUpdates)message.AutomaticUpdates,
            DetectionHours = message.HasDetectionHours ? message.DetectionHours : null,
            Schedule = message.Schedule is { } schedule ? new InstallSchedule(schedule.Day, schedule.Hour) : null,
            NoRestartWithUsers = message.HasNoRestartWithUsers ? message.NoRestartWithUsers : null,
            AlwaysRestartMinutes = message.HasAlwaysRestartMinutes ? message.AlwaysRestartMinutes : null,
            RestartWarningMinutes = message.HasRestartWarningMinutes ? message.RestartWarningMinutes : null,
            RestartReminderMinutes = message.HasRestartReminderMinutes ? message.RestartReminderMinutes : null,
            InstallMinorAtOnce = message.HasInstallMinorAtOnce ? message.InstallMinorAtOnce : null,
            TellNonAdministrators = message.HasTellNonAdministrators ? message.TellNonAdministrators : null,
            BlockUserAccess = message.HasBlockUserAccess ? message.BlockUserAccess : null,
            IncludeRecommended = message.HasIncludeRecommended ? message.IncludeRecommended : null,
            AlternateDownloadServer = message.HasAlternateDownloadServer ? message.AlternateDownloadServer : null,
            PerUserOffice = message.PerUserOffice == 0 ? null : (PerUserOffice)message.PerUserOffice,
            OfficeLicence = message.OfficeLicence == 0 ? null : (OfficeLicence)message.OfficeLicence,
            BlockOfficeOnline = message.HasBlockOfficeOnline ? message.BlockOfficeOnline : null,
        });
    }
}
