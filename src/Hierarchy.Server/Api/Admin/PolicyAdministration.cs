using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Policies;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Api.Admin;

/// <summary>How computers of groups behave: decided, shown with where each field comes from, and put into the words of Windows' registry.</summary>
internal sealed class PolicyAdministration(DecisionDesk desk, ComputerAdministration computers, GroupEffects effects, ServerIdentity self)
{
    public ListPoliciesResponse List()
    {
        var view = desk.View;
        var response = new ListPoliciesResponse();
        foreach (var (group, policy) in view.Policies.Select(pair => (Group: view.Groups.Find(pair.Key), pair.Value)).Where(pair => pair.Group is not null).OrderBy(pair => pair.Group!.Name, StringComparer.OrdinalIgnoreCase))
        {
            var body = new GroupPolicy { GroupId = Positions.Id(group!.Id), Group = group.Name, Policy = PolicyRecords.Message(policy) }; // Filtered above.
            body.Values.Add(Words(policy, group.Name));
            response.Policies.Add(body);
        }

        return response;
    }

    public async Task<GetPolicyResponse> GetAsync(GetPolicyRequest request, CancellationToken cancellationToken)
    {
        if (request.Group.Trim().Length == 0 == (request.Computer.Trim().Length == 0)) throw Refusal.Invalid("Name either a group or a computer.");
        var view = desk.View;
        var response = new GetPolicyResponse();
        Membership membership;
        if (request.Group.Trim().Length > 0)
        {
            var group = Require(view, request.Group);
            membership = MembershipOf(view, group);
            (response.Group, response.Own) = (group.Name, PolicyRecords.Message(view.Policies.GetValueOrDefault(group.Id, ClientPolicy.None)));
        }
        else
        {
            var computer = await computers.FindAsync(view, request.Computer, cancellationToken);
            membership = view.MembershipOf(computer.Facts);
            (response.ComputerId, response.Computer) = (computer.Report.ComputerId, computer.Report.Name);
            response.Groups.Add(membership.Direct);
        }

        var effective = view.PolicyOf(membership);
        response.Effective = PolicyRecords.Message(effective.Policy);
        foreach (var field in PolicyField.All)
            response.Values.Add(effective.Sources.FirstOrDefault(source => source.Field == field) is { } source
                ? new PolicyValue { Field = field.Name, Value = field.Text(source.Value), Group = view.Groups.Find(source.GroupId)?.Name ?? source.GroupId.ToString("D") }
                : new PolicyValue { Field = field.Name, Value = field.Default });
        return response;
    }

    public async Task<SetPolicyResponse> SetAsync(SetPolicyRequest request, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var view = desk.View;
        var (would, changes) = Decide(view, request);
        var response = new SetPolicyResponse { Changed = changes.Count > 0, Computers = (await effects.OfAsync(view, changes, cancellationToken)).Computers };
        if (request.WhatIf)
        {
            Describe(response, would);
            return response;
        }

        var outcome = await desk.DecideAsync(new DecisionIntent(request.ClearAll ? "policy clear" : "policy set", request.RequestedBy), newest => Decide(newest, request), cancellationToken);
        (response.Changed, response.Position) = (outcome.HasChanged, outcome.Position?.ToProto());
        Describe(response, outcome.Result);
        return response;
    }

    public GetRegistryPolicyResponse Registry(GetRegistryPolicyRequest request)
    {
        var view = desk.View;
        var group = Require(view, request.Group);
        var text = request.ServerUrl.Trim().Length > 0 ? request.ServerUrl.Trim() : self.ContentUrl;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https") || server.UserInfo.Length > 0 || server.Query.Length > 0)
            throw Refusal.Invalid($"'{text}' is not the address of a server for Windows, like http://updates.example:8530.");
        var windows = WindowsPolicy.Of(view.PolicyOf(MembershipOf(view, group)).Policy, group, server, view.TreeSettings.Targeting, request.NoInternetLocations);
        var response = new GetRegistryPolicyResponse { Group = group.Name };
        foreach (var setting in windows.Settings)
        {
            var message = new Protocol.Admin.V1.RegistrySetting { OfUser = setting.IsOfUser, Key = setting.Key, Name = setting.Name };
            if (setting.Text is { } value) message.Text = value;
            else message.Number = setting.Number;
            response.Settings.Add(message);
        }

        response.Notes.Add(windows.Notes);
        return response;
    }

    private static (Decided Result, IReadOnlyList<Change> Changes) Decide(ServedView view, SetPolicyRequest request)
    {
        var group = Require(view, request.Group);
        var unknown = request.Clear.Where(name => PolicyField.All.All(field => field.Name != name)).ToArray();
        if (unknown.Length > 0) throw Refusal.Invalid($"No policy has {string.Join(", ", unknown.Select(name => $"'{name}'"))}. There are: {string.Join(", ", PolicyField.All.Select(field => field.Name))}.");
        // What cannot be is refused with the rest that is wrong, not left out: the caller would take it for decided.
        var (before, set) = (view.Policies.GetValueOrDefault(group.Id, ClientPolicy.None), PolicyRecords.FromRequest(request.Policy));
        if (!request.ClearAll && request.Clear.Count == 0 && set.IsNone) throw Refusal.Invalid("Nothing is to be changed: give at least one field, or one to clear.");
        var after = request.ClearAll ? ClientPolicy.None : before;
        foreach (var field in PolicyField.All)
        {
            var value = field.Get(set);
            if (value is not null && request.Clear.Contains(field.Name)) throw Refusal.Invalid($"{field.Name} is to be decided and cleared at once.");
            if (value is not null || request.Clear.Contains(field.Name)) after = field.With(after, value);
        }

        if (PolicyRules.FaultsOf(after) is { Count: > 0 } faults) throw Refusal.Invalid(string.Join(' ', faults));
        return (new Decided(group, after), after == before ? [] : [PolicyRecords.Policy(group.Id, after)]);
    }

    private static void Describe(SetPolicyResponse response, Decided decided)
    {
        (response.Group, response.Policy) = (decided.Group.Name, PolicyRecords.Message(decided.Policy));
        response.Values.Add(Words(decided.Policy, decided.Group.Name));
    }

    private static IEnumerable<PolicyValue> Words(ClientPolicy policy, string group) => PolicyField.All.Select(field => (Field: field, Value: field.Get(policy))).Where(pair => pair.Value is not null)
        .Select(pair => new PolicyValue { Field = pair.Field.Name, Value = pair.Field.Text(pair.Value!), Group = group }); // Filtered just before.

    private static TargetGroup Require(ServedView view, string name) => view.Groups.Find(name.Trim()) ?? throw Refusal.NotFound($"There is no group '{name.Trim()}'. `hierarchy groups list` lists them.");

    /// <summary>Of a computer that is in that group alone. All Computers is no group that a computer is put into: what holds for it holds for those of Unassigned Computers, but for what these are told themselves.</summary>
    private static Membership MembershipOf(ServedView view, TargetGroup group) => view.Groups.MembershipAt(group.Id);

    private sealed record Decided(TargetGroup Group, ClientPolicy Policy);
}
