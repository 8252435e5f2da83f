using Hierarchy.Domain;
using Hierarchy.Domain.Audit;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Effects;
using Hierarchy.Server.Roles;
using Hierarchy.Server.Upstream.Decisions;

namespace Hierarchy.Server.Api.Admin;

/// <summary>
/// Where decisions become changes of the log: one at a time, so that what was checked still holds when it is committed, and answered once the server's own view shows them. A server that
/// mirrors its decisions refuses, and names the one to ask. An autonomous server decides what is approved, and for whom; the catalog, sites and servers are the root's.
/// </summary>
internal sealed class DecisionDesk(
    ViewPublisher views, ServedLogs logs, IAuthorityLog? authority, ServerIdentity self, TimeProvider time, AuditTrail trail, DecisionOutlook outlook, UpstreamRule? rule = null, IReadOnlyList<Uri>? parents = null) : IDisposable
{
    /// <summary>What a decision may change at most: a transaction of the log holds 1,000 records, and one is the entry that says who decided.</summary>
    public const int MostChanges = 999;

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    /// <summary>The view as it stands.</summary>
    public ServedView View => views.View;

    /// <summary>True where an upstream decides for this root.</summary>
    public bool FollowsUpstream => rule is not null;

    /// <summary>Now, UTC.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Throws everywhere but at the root: the catalog and the tree are its alone.</summary>
    public void RequireRoot()
    {
        if (authority is null) throw Refusal.Precondition($"This server is a replica and decides nothing. {AskRoot()}");
        if (IsAutonomous) throw Refusal.Precondition($"This server is autonomous: it decides what is approved, and for whom; the catalog, sites and servers are the root's. {AskRoot()}");
        RequireNotHalted();
    }

    /// <summary>Throws on a server that decides nothing.</summary>
    public void RequireDecider()
    {
        if (authority is null) throw Refusal.Precondition(WhomToAsk());
        RequireNotHalted();
    }

    /// <summary>Throws where groups, approvals and declines are decided elsewhere: on a replica, and on a root whose upstream decides them.</summary>
    public void RequireOwnDecisions()
    {
        RequireDecider();
        if (rule is not null)
            throw Refusal.Precondition(
                $"This root takes its groups, approvals and declines from {rule.Upstream} (--upstream-kind wsus-replica). Decide there, and `hierarchy sync run` brings it here; or restart this server with --upstream-kind wsus to decide here.");
    }

    /// <summary>Decides on the newest view and commits, together with the entry that says who did; no change, no commit.</summary>
    /// <param name="intent">Who decides, for the record; with <see cref="DecisionIntent.IsWhatIf"/> nothing is committed.</param>
    /// <param name="decide">What it comes to; throws what refuses it.</param>
    /// <param name="cancellationToken">Stops waiting for its turn; what has begun is ended.</param>
    /// <returns>What was decided, where the log stands after it, when it was durable, and whether it changed (or would change) anything.</returns>
    public async Task<Outcome<T>> DecideAsync<T>(DecisionIntent intent, Func<ServedView, (T Result, IReadOnlyList<Change> Changes)> decide, CancellationToken cancellationToken)
    {
        RequireDecider();
        if (intent.IsWhatIf) return await ForeseeAsync(decide, cancellationToken);
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            await RequireCatalogAsync(cancellationToken);
            var log = authority!; // Who decides has one.
            var view = views.View;
            var (result, wanted) = decide(view);
            if (wanted.Any(change => RecordParts.Of(change.Kind) != RecordPart.Decision)) RequireRoot();
            var changes = await RealAsync(log, wanted, cancellationToken);
            if (changes.Count == 0) return new Outcome<T>(result, log.Head.Position, time.GetUtcNow(), HasChanged: false);
            // Not cancelled once begun: the caller who goes away now would not know whether it was decided.
            var committed = await log.CommitAsync([.. changes, trail.EntryOf(intent, view, changes)], CancellationToken.None);
            var committedAt = time.GetUtcNow();
            await views.WaitForAsync(committed.Head.Position, CancellationToken.None);
            return new Outcome<T>(result, committed.Head.Position, committedAt, HasChanged: true);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Writes down what was decided about this server alone: it stands in no record, and still somebody decided it.</summary>
    public async Task RecordAsync(DecisionIntent intent, AuditItem item)
    {
        RequireDecider();
        // It is done already: whoever goes away now must not leave it untold.
        await authority!.CommitAsync([trail.EntryOf(intent, [item], changes: 0)], CancellationToken.None); // Who decides has one.
    }

    /// <summary>What would follow for computers and content, had these changes been made to that view.</summary>
    public Task<DecisionEffects> ForeseeAsync(ServedView view, IReadOnlyList<Change> changes, CancellationToken cancellationToken) => outlook.OfAsync(view, changes, cancellationToken);

    public void Dispose() => _oneAtATime.Dispose();

    // Nobody has to wait for it: what would follow may be another thing by the time it is decided, and is worked out anew then.
    private async Task<Outcome<T>> ForeseeAsync<T>(Func<ServedView, (T Result, IReadOnlyList<Change> Changes)> decide, CancellationToken cancellationToken)
    {
        await RequireCatalogAsync(cancellationToken);
        var view = views.View;
        var (result, wanted) = decide(view);
        if (wanted.Any(change => RecordParts.Of(change.Kind) != RecordPart.Decision)) RequireRoot();
        var changes = await RealAsync(authority!, wanted, cancellationToken); // Who decides has one.
        return new Outcome<T>(result, Position: null, CommittedAt: null, changes.Count > 0) { Effects = await outlook.OfAsync(view, changes, cancellationToken) };
    }

    private async Task RequireCatalogAsync(CancellationToken cancellationToken)
    {
        if (IsAutonomous && views.Current.Checkpoint is null) throw new UnavailableException("This server has no catalog yet: it is taking it from its parent. Decide when it is there.");
        await views.WaitForAsync(authority!.Head.Position, cancellationToken); // Who decides has one.
    }

    // What the log would leave out, because it stands so already, is no decision: an entry must not tell of it.
    private static async Task<IReadOnlyList<Change>> RealAsync(IAuthorityLog authority, IReadOnlyList<Change> wanted, CancellationToken cancellationToken)
    {
        var real = new List<Change>(wanted.Count);
        foreach (var change in wanted)
        {
            var before = (await authority.FindAsync(change.Kind, change.Key, cancellationToken))?.Payload;
            if (change.Payload is { } after ? before is not { } standing || !after.Span.SequenceEqual(standing.Span) : before is not null) real.Add(change);
        }

        return real;
    }

    /// <summary>Its own log is not the tree's.</summary>
    private bool IsAutonomous => authority is not null && !ReferenceEquals(logs.Tree.Log, authority);

    private void RequireNotHalted()
    {
        if (authority?.Halted is { } reason) throw Refusal.Precondition(reason);
    }

    /// <summary>Who decides for a replica: the nearest autonomous server above it, else the root.</summary>
    private string WhomToAsk() => "This server is a replica and decides nothing. " + (views.View.DeciderOf(self.Id) is { IsAutonomous: true } decider
        ? $"Ask the autonomous server above it: hierarchy --server {decider.GrpcUrl} (server {decider.Name})."
        : AskRoot());

    private string AskRoot() => views.View.Servers.Values.FirstOrDefault(server => server.ParentId is null) is { } root
        ? $"Ask the root: hierarchy --server {root.GrpcUrl} (server {root.Name})."
        : parents is { Count: > 0 }
            ? $"It does not know the root of its tree yet. Ask its parent, which does: hierarchy --server {string.Join(" or ", parents)} servers list."
            : "Ask the root of its tree, which this server does not know yet.";

    /// <summary>What came of a decision.</summary>
    /// <param name="Result">What was decided.</param>
    /// <param name="Position">Where the log stands after it; null where nothing was to be done.</param>
    /// <param name="CommittedAt">When it was durable; null likewise.</param>
    /// <param name="HasChanged">It changed something, or would.</param>
    internal sealed record Outcome<T>(T Result, Position? Position, DateTimeOffset? CommittedAt, bool HasChanged)
    {
        /// <summary>What would follow, where nothing was to be done; else null.</summary>
        public DecisionEffects? Effects { get; init; }
    }
}
