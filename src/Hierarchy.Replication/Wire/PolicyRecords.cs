using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Policies;
using Hierarchy.Protocol.Catalog.V1;
using AutomaticUpdates = Hierarchy.Domain.Policies.AutomaticUpdates;
using ClientPolicy = Hierarchy.Domain.Policies.ClientPolicy;
using InstallSchedule = Hierarchy.Domain.Policies.InstallSchedule;
using OfficeLicence = Hierarchy.Domain.Policies.OfficeLicence;
using PerUserOffice = Hierarchy.Domain.Policies.PerUserOffice;

namespace Hierarchy.Replication.Wire;

/// <summary>Policies of clients, between messages and what they mean.</summary>
public static class PolicyRecords
{
    /// <summary>What is decided for a group; a policy that says nothing removes the record.</summary>
    public static Change Policy(Guid groupId, ClientPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        // Written out: a null array would convert to an empty payload that has a value.
        ReadOnlyMemory<byte>? payload = policy.IsNone
            ? default(ReadOnlyMemory<byte>?)
            : Google.Protobuf.MessageExtensions.ToByteArray(new ClientPolicyRecord { GroupId = Positions.Id(groupId), Policy = Message(policy) });
        return new Change((int)RecordKind.ClientPolicy, groupId.ToByteArray(bigEndian: true), payload);
    }

    /// <summary>A policy as the contract writes it.</summary>
    public static Protocol.Catalog.V1.ClientPolicy Message(ClientPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var message = new Protocol.Catalog.V1.ClientPolicy
        {
            AutomaticUpdates = (Protocol.Catalog.V1.AutomaticUpdates)(policy.AutomaticUpdates ?? 0),
            PerUserOffice = (Protocol.Catalog.V1.PerUserOffice)(policy.PerUserOffice ?? 0),
            OfficeLicence = (Protocol.Catalog.V1.OfficeLicence)(policy.OfficeLicence ?? 0),
        };
        if (policy.DetectionHours is { } detection) message.DetectionHours = detection;
        if (policy.Schedule is { } schedule) message.Schedule = new Protocol.Catalog.V1.InstallSchedule { Day = schedule.Day, Hour = schedule.Hour };
        if (policy.NoRestartWithUsers is { } noRestart) message.NoRestartWithUsers = noRestart;
        if (policy.AlwaysRestartMinutes is { } always) message.AlwaysRestartMinutes = always;
        if (policy.RestartWarningMinutes is { } warning) message.RestartWarningMinutes = warning;
        if (policy.RestartReminderMinutes is { } reminder) message.RestartReminderMinutes = reminder;
        if (policy.InstallMinorAtOnce is { } minor) message.InstallMinorAtOnce = minor;
        if (policy.TellNonAdministrators is { } tell) message.TellNonAdministrators = tell;
        if (policy.BlockUserAccess is { } block) message.BlockUserAccess = block;
        if (policy.IncludeRecommended is { } recommended) message.IncludeRecommended = recommended;
        if (policy.AlternateDownloadServer is { } alternate) message.AlternateDownloadServer = alternate;
        if (policy.BlockOfficeOnline is { } office) message.BlockOfficeOnline = office;
        return message;
    }

    /// <summary>A policy, understood. A value of a later version, or one that cannot be, counts as not said: at every server and client of this version alike.</summary>
    public static ClientPolicy FromMessage(Protocol.Catalog.V1.ClientPolicy? message) => PolicyRules.Understood(FromRequest(message));

    /// <summary>A policy as somebody asks for it, with what cannot be: see <see cref="PolicyRules"/>.</summary>
    public static ClientPolicy FromRequest(Protocol.Catalog.V1.ClientPolicy? message)
    {
        if (message is null) return ClientPolicy.None;
        return new ClientPolicy
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
        };
    }

    internal static ClientPolicy? Read(ReadOnlyMemory<byte> payload) => FromMessage(ClientPolicyRecord.Parser.ParseFrom(payload.Span).Policy) is { IsNone: false } policy ? policy : null;
}
