namespace Hierarchy.Domain.Policies;

/// <summary>What no policy of a group may say. All that is wrong is said at once.</summary>
public static class PolicyRules
{
    /// <summary>Sentences; none when the policy can be decided.</summary>
    public static IReadOnlyList<string> FaultsOf(ClientPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var faults = new List<string>();
        foreach (var field in PolicyField.All)
            if (field.Get(policy) is { } value && field.FaultOf(value) is { } fault)
                faults.Add($"{field.Name} {fault}.");

        if (policy.Schedule is not null && policy.AutomaticUpdates is not (null or AutomaticUpdates.Scheduled))
            faults.Add("schedule counts with au-options 4 alone: say 4, or take the schedule back (--clear schedule).");
        if (policy is { NoRestartWithUsers: true, AlwaysRestartMinutes: > 0 })
            faults.Add("no-reboot-with-users and always-reboot contradict each other: switch one of them off.");
        if (policy is { TellNonAdministrators: true, BlockUserAccess: true })
            faults.Add("tell-non-admins and block-users contradict each other: who cannot use Windows Update has nothing to be told.");
        return faults;
    }

    /// <summary>The policy without what cannot be: a value of a later version counts as not said, at every server and client of this version alike.</summary>
    public static ClientPolicy Understood(ClientPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        foreach (var field in PolicyField.All)
            if (field.Get(policy) is { } value && field.FaultOf(value) is not null)
                policy = field.With(policy, value: null);
        return policy;
    }
}
