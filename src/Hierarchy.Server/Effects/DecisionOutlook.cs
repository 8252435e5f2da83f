using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Effects;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;
using DecisionEffects = Hierarchy.Domain.Effects.DecisionEffects;

namespace Hierarchy.Server.Effects;

/// <summary>Says what would follow from changes: for the computers that this server knows and decides for, and for the content of the servers that take its decisions.</summary>
internal sealed class DecisionOutlook(IReportStore reports, ServerIdentity self, ContentOutlook content)
{
    private const int MostConflicts = 100;

    // Of more updates than that, what single computers need is not looked up one by one: the counts of whole groups tell enough.
    private const int MostListed = 20;

    /// <summary>What would follow.</summary>
    public async Task<Protocol.Admin.V1.DecisionEffects> OfAsync(ServedView before, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return new Protocol.Admin.V1.DecisionEffects();
        var after = HypotheticalView.After(before, changes);
        var computers = ComputersOf(before, await reports.ListComputersAsync(cancellationToken));
        var effects = DecisionEffects.Of(before, after, computers);
        var told = new Protocol.Admin.V1.DecisionEffects { Known = effects.Classes.Sum(each => each.Count), Updates = effects.Changes.Keys.Select(change => change.UpdateId).Distinct().Count() };
        AddPlaces(told, after, effects);
        await AddActionsAsync(told, effects, cancellationToken);
        foreach (var (clash, count) in effects.Clashes.OrderByDescending(clash => clash.Value).ThenBy(clash => clash.Key.UpdateId).ThenBy(clash => clash.Key.LoserId).Take(MostConflicts))
            told.Conflicts.Add(new ConflictEffect
            {
                UpdateId = Positions.Id(clash.UpdateId),
                Title = after.Updates.GetValueOrDefault(clash.UpdateId)?.Latest?.Title ?? "",
                Winner = NameOf(after, clash.WinnerId),
                Loser = NameOf(after, clash.LoserId),
                Computers = count,
            });
        content.Add(told, before, after, effects.Touched);
        return told;
    }

    /// <summary>Those that reported and those that were assigned before they did; whoever is served another server's decisions is not asked about.</summary>
    private List<AffectedComputer> ComputersOf(ServedView view, IReadOnlyList<ReportedComputer> reported)
    {
        var decider = view.DeciderOf(self.Id)?.Id;
        var servers = view.Servers.ToDictionary(server => server.Key.ToString("D"), server => (server.Value.Name, IsOurs: view.DeciderOf(server.Key)?.Id == decider), StringComparer.OrdinalIgnoreCase);
        var computers = new List<AffectedComputer>(reported.Count + view.Assignments.Count);
        var seen = new HashSet<string>(reported.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var computer in reported)
        {
            seen.Add(computer.Report.ComputerId);
            var (name, isOurs) = servers.GetValueOrDefault(computer.Report.ServerId, (Name: "", IsOurs: true));
            if (!isOurs) continue;
            var facts = ComputerFacts.Of(computer.Report);
            computers.Add(new AffectedComputer(facts, view.SiteOf(facts)?.Name ?? "", name));
        }

        foreach (var (key, _) in view.Assignments)
            if (!seen.Contains(key)) computers.Add(new AffectedComputer(new ComputerFacts(key), "", ""));
        return computers;
    }

    private static void AddPlaces(Protocol.Admin.V1.DecisionEffects told, ServedView after, DecisionEffects effects)
    {
        var (groups, sites, servers) = (new Dictionary<string, int>(), new Dictionary<string, int>(), new Dictionary<string, int>());
        foreach (var computers in effects.Changes.Keys.Select(change => change.Class).Distinct())
        {
            told.Computers += computers.Count;
            foreach (var group in computers.After) Count(groups, NameOf(after, group), computers.Count);
            foreach (var ((site, server), count) in computers.Places)
            {
                Count(sites, site, count);
                Count(servers, server, count);
            }
        }

        told.Groups.Add(Places(groups));
        told.Sites.Add(Places(sites));
        told.Servers.Add(Places(servers));
    }

    private async Task AddActionsAsync(Protocol.Admin.V1.DecisionEffects told, DecisionEffects effects, CancellationToken cancellationToken)
    {
        var actions = new Dictionary<ActionChange, (int Decisions, int Needed)>();
        var needed = await NeededAsync(effects, cancellationToken);
        foreach (var ((computers, updateId), change) in effects.Changes)
        {
            var (decisions, need) = actions.GetValueOrDefault(change);
            actions[change] = (decisions + computers.Count, need + needed.GetValueOrDefault((computers, updateId)));
        }

        foreach (var (change, (decisions, need)) in actions.OrderByDescending(action => action.Value.Decisions).ThenBy(action => action.Key.Before).ThenBy(action => action.Key.After))
            told.Actions.Add(new ActionEffect { Before = Action(change.Before), After = Action(change.After), Decisions = decisions, Needed = need });
    }

    /// <summary>How many computers of a class reported that they need an update. Counts are kept by groups: only where a class is a part of those in the same groups are its computers looked at one by one.</summary>
    private async Task<Dictionary<(ComputerClass Class, Guid UpdateId), int>> NeededAsync(DecisionEffects effects, CancellationToken cancellationToken)
    {
        var needed = new Dictionary<(ComputerClass, Guid), int>();
        if (effects.Changes.Count == 0) return needed;
        var updates = effects.Changes.Keys.Select(change => change.UpdateId).Distinct().ToArray();
        var isWhole = effects.Classes.GroupBy(each => Key(each.Before)).Where(same => same.Count() == 1).Select(same => same.Key).ToHashSet(StringComparer.Ordinal);
        var counts = (await reports.CountAsync(updates, cancellationToken)).Where(count => count.State is UpdateState.NotInstalled or UpdateState.Downloaded)
            .GroupBy(count => (count.UpdateId, Groups: Key(count.Groups))).ToDictionary(same => same.Key, same => same.Sum(count => count.Count));
        var listed = new Dictionary<Guid, HashSet<string>>();
        foreach (var (computers, updateId) in effects.Changes.Keys)
        {
            if (isWhole.Contains(Key(computers.Before)))
            {
                needed[(computers, updateId)] = Math.Min(counts.GetValueOrDefault((updateId, Key(computers.Before))), computers.Count);
                continue;
            }

            if (!listed.TryGetValue(updateId, out var ids))
            {
                if (listed.Count == MostListed) continue;
                listed[updateId] = ids = await ListAsync(updateId, cancellationToken);
            }

            needed[(computers, updateId)] = computers.Ids.Count(ids.Contains);
        }

        return needed;
    }

    private async Task<HashSet<string>> ListAsync(Guid updateId, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var state in new[] { UpdateState.NotInstalled, UpdateState.Downloaded })
            foreach (var status in await reports.ListStatusesOfUpdateAsync(updateId, state, cancellationToken))
                ids.Add(status.ComputerId);
        return ids;
    }

    private static string Key(IReadOnlyList<Guid> groups) => string.Join(',', groups);

    private static void Count(Dictionary<string, int> counts, string name, int count) => counts[name] = counts.GetValueOrDefault(name) + count;

    private static IEnumerable<PlaceEffect> Places(Dictionary<string, int> counts) =>
        counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.OrdinalIgnoreCase).Select(count => new PlaceEffect { Name = count.Key, Computers = count.Value });

    private static string NameOf(ServedView view, Guid group) => view.Groups.Find(group)?.Name ?? group.ToString("D");

    private static Protocol.Client.V1.DecisionAction Action(DecisionAction? action) => (Protocol.Client.V1.DecisionAction)(action ?? 0);
}
