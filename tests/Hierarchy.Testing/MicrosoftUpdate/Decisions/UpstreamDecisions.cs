using System.Diagnostics.CodeAnalysis;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.MicrosoftUpdate.Decisions;

/// <summary>
/// What the administrators of a simulated WSUS decided: groups, approvals, declines, accepted licences. Approvals have an order, by which a
/// replica is told what changed; the rest it is always told whole.
/// </summary>
public sealed class UpstreamDecisions(TimeProvider time)
{
    /// <summary>The topmost group of every WSUS.</summary>
    public static readonly Guid AllComputers = new("a0a08746-4dbe-4a37-9adf-9e7652c0b421");

    /// <summary>Where WSUS puts computers that nobody assigned.</summary>
    public static readonly Guid UnassignedComputers = new("b73ca6ed-5727-47f3-84de-015e03f6a88a");

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, UpstreamGroup> _groups = new()
    {
        [AllComputers] = new UpstreamGroup(AllComputers, null, "All Computers", IsBuiltin: true),
        [UnassignedComputers] = new UpstreamGroup(UnassignedComputers, AllComputers, "Unassigned Computers", IsBuiltin: true),
    };
    private readonly List<Event> _events = [];
    private readonly HashSet<Guid> _hidden = [];
    private readonly HashSet<Guid> _eulas = [];

    public UpstreamGroup AddGroup(string name, Guid? parent = null, Guid? id = null)
    {
        lock (_gate)
        {
            var group = new UpstreamGroup(id ?? Guid.NewGuid(), parent ?? AllComputers, name, IsBuiltin: false);
            if (!_groups.ContainsKey(group.ParentId!.Value)) throw new KeyNotFoundException($"No group {group.ParentId}.");
            return _groups[group.Id] = group;
        }
    }

    public void RemoveGroup(Guid id)
    {
        lock (_gate)
            if (_groups.TryGetValue(id, out var group) && !group.IsBuiltin) _groups.Remove(id);
    }

    /// <summary>Approves a revision for a group; an approval that the update has there already dies, as it does at WSUS.</summary>
    public UpstreamApproval Approve(PublishedRevision revision, Guid group, int action = 0, DateTimeOffset? deadline = null)
    {
        lock (_gate)
        {
            if (!_groups.ContainsKey(group)) throw new KeyNotFoundException($"No group {group}.");
            foreach (var former in Living().Where(approval => approval.GroupId == group && approval.Revision.Id == revision.Key.Id).ToList()) Kill(former);
            var approval = new UpstreamApproval(Guid.NewGuid(), revision.Key, group, action, deadline, time.GetUtcNow(), "LAB\\admin");
            _events.Add(new Event(approval, IsDeath: false));
            return approval;
        }
    }

    /// <summary>Takes an approval back.</summary>
    public void Withdraw(Guid approval)
    {
        lock (_gate)
            Kill(Living().FirstOrDefault(living => living.Id == approval) ?? throw new KeyNotFoundException($"No approval {approval}."));
    }

    /// <summary>Takes back what was approved of an update for a group.</summary>
    public void Withdraw(Guid update, Guid group)
    {
        lock (_gate)
            foreach (var former in Living().Where(approval => approval.GroupId == group && approval.Revision.Id == update).ToList()) Kill(former);
    }

    /// <summary>Declines an update; its approvals die.</summary>
    public void Hide(Guid update)
    {
        lock (_gate)
        {
            _hidden.Add(update);
            foreach (var former in Living().Where(approval => approval.Revision.Id == update).ToList()) Kill(former);
        }
    }

    /// <summary>Lifts a decline.</summary>
    public void Unhide(Guid update)
    {
        lock (_gate) _hidden.Remove(update);
    }

    public void AcceptEula(Guid eula)
    {
        lock (_gate) _eulas.Add(eula);
    }

    /// <summary>Everything at once; of the approvals those that were born or died behind <paramref name="known"/> events. Null for a number that never was.</summary>
    internal bool TrySince(long known, [MaybeNullWhen(false)] out Changes changes)
    {
        lock (_gate)
        {
            changes = null;
            if (known < 0 || known > _events.Count) return false;
            var recent = _events.Skip((int)known).ToList();
            var dead = recent.Where(item => item.IsDeath).Select(item => item.Approval).ToList();
            var born = recent.Where(item => !item.IsDeath).Select(item => item.Approval).Except(dead).ToList();

            // A whole list names no dead: there is nobody who knew them.
            changes = new Changes(_events.Count, [.. _groups.Values], born, known == 0 ? [] : [.. dead.Select(approval => approval.Id)], [.. _hidden], [.. _eulas]);
            return true;
        }
    }

    private IEnumerable<UpstreamApproval> Living() =>
        _events.Where(item => !item.IsDeath).Select(item => item.Approval).Except(_events.Where(item => item.IsDeath).Select(item => item.Approval));

    private void Kill(UpstreamApproval approval) => _events.Add(new Event(approval, IsDeath: true));

    internal sealed record Changes(
        long Number, IReadOnlyList<UpstreamGroup> Groups, IReadOnlyList<UpstreamApproval> Approvals, IReadOnlyList<Guid> Dead, IReadOnlyList<Guid> Hidden, IReadOnlyList<Guid> Eulas);

    private sealed record Event(UpstreamApproval Approval, bool IsDeath);
}
