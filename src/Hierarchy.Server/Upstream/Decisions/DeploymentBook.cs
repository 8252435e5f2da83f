using System.Text.Json;
using Hierarchy.Domain.Catalog;
using Hierarchy.Storage;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream.Decisions;

/// <summary>
/// The deployments of the upstream as far as its answers told them, durably, with the anchor that they stand for: what dies is named by its own id alone, so the living must be remembered.
/// </summary>
internal sealed class DeploymentBook(ILocalState state)
{
    private const string Deployments = "sync/deployment/";

    /// <summary>Anchor and deployments of that upstream; none of another one, and none after the anchors were forgotten.</summary>
    public async ValueTask<(string? Anchor, Dictionary<Guid, UpstreamDeployment> Living)> LoadAsync(Uri upstream, CancellationToken cancellationToken)
    {
        var stored = await state.GetAsync(SyncJournal.DecisionsAnchor, cancellationToken);
        var head = stored is null ? null : JsonSerializer.Deserialize<Head>(stored);
        if (head is null || head.Upstream != upstream.AbsoluteUri) return (null, []);
        var living = new Dictionary<Guid, UpstreamDeployment>();
        foreach (var (key, value) in await state.ListAsync(Deployments, cancellationToken))
            if (JsonSerializer.Deserialize<Row>(value) is { } row)
                living[Guid.ParseExact(key[Deployments.Length..], "N")] = row.ToDeployment(Guid.ParseExact(key[Deployments.Length..], "N"));
        return (head.Anchor, living);
    }

    /// <summary>Keeps anchor and deployments together.</summary>
    public async ValueTask SaveAsync(Uri upstream, string? anchor, IReadOnlyDictionary<Guid, UpstreamDeployment> living, CancellationToken cancellationToken)
    {
        var before = (await state.ListAsync(Deployments, cancellationToken)).ToDictionary(row => row.Key, row => row.Value, StringComparer.Ordinal);
        var changes = new List<KeyValuePair<string, ReadOnlyMemory<byte>?>> { new(SyncJournal.DecisionsAnchor, JsonSerializer.SerializeToUtf8Bytes(new Head(upstream.AbsoluteUri, anchor))) };
        foreach (var (id, deployment) in living)
        {
            var key = Deployments + id.ToString("N");
            var bytes = JsonSerializer.SerializeToUtf8Bytes(Row.From(deployment));
            if (!before.Remove(key, out var known) || !known.AsSpan().SequenceEqual(bytes)) changes.Add(new(key, bytes));
        }

        changes.AddRange(before.Keys.Select(dead => new KeyValuePair<string, ReadOnlyMemory<byte>?>(dead, null)));
        await state.SetAllAsync(changes, cancellationToken);
    }

    private sealed record Head(string Upstream, string? Anchor);

    private sealed record Row(Guid UpdateId, int RevisionNumber, Guid GroupId, int Action, bool IsAssigned, DateTimeOffset? Deadline, DateTimeOffset? GoLiveTime, string AdminName)
    {
        public static Row From(UpstreamDeployment deployment) => new(
            deployment.Revision.UpdateId, deployment.Revision.RevisionNumber, deployment.TargetGroupId, (int)deployment.Action, deployment.IsAssigned, deployment.Deadline, deployment.GoLiveTime,
            deployment.AdminName);

        public UpstreamDeployment ToDeployment(Guid id) => new()
        {
            Id = id,
            Revision = new RevisionId(UpdateId, RevisionNumber),
            TargetGroupId = GroupId,
            Action = (DeploymentAction)Action,
            IsAssigned = IsAssigned,
            Deadline = Deadline,
            GoLiveTime = GoLiveTime,
            AdminName = AdminName,
        };
    }
}
