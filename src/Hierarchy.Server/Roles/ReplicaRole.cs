using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Rollup;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Verification;

namespace Hierarchy.Server.Roles;

/// <summary>The mirror: follows a parent, serves what was folded, and sends reports up. An autonomous server has it beside its own log.</summary>
internal sealed class ReplicaRole : IHostedService, IDisposable
{
    private readonly IMirrorLog _log;
    private readonly ViewFollower _views;
    private readonly OverlayMirror? _overlay;
    private readonly FollowerLoop _follower;
    private readonly RollupLoop _rollup;
    private readonly ServerFaults _faults;
    private CancellationTokenSource _stopping = new();
    private Task _loops = Task.CompletedTask;
    private Uri? _reportsTo;

    public ReplicaRole(
        IMirrorLog log, FeedSource feed, IReportStore reports, RollupInbox inbox, ViewFollower views, ServerDirectory directory, ServerFaults faults, IServiceProvider services,
        ServerIdentity self, ServerOptions options, FollowerOptions followerOptions, ILostStore lost, TimeProvider time, ILoggerFactory loggers, OverlayMirror? overlay = null)
    {
        _log = log;
        _views = views;
        _faults = faults;
        _overlay = overlay;
        _follower = FollowerLoop.Create(log, self, options.Parents, feed, ServeAsync, followerOptions, time, loggers.CreateLogger<FollowerLoop>(), views, overlay?.Tree, lost);
        _follower.StatusChanged += status =>
        {
            (_faults.DigestMismatches, _faults.Repairs) = (status.DigestMismatches + (overlay?.DigestMismatches ?? 0), status.Repairs + (overlay?.Repairs ?? 0));
            _faults.Following = status;
        };
        // The sampler describes this server, of which its parent is a part: it is asked for when there is something to describe.
        _rollup = new RollupLoop(
            reports, self, () => ParentToReportTo(options.Parents[0]), () => Sample(services.GetRequiredService<StatusSampler>(), directory), new RollupOptions(), time,
            loggers.CreateLogger<RollupLoop>());
        _rollup.Rooted += inbox.OnRooted;
        _rollup.Elsewhere += directory.Hear;
        _rollup.Asked += question => services.GetRequiredService<VerificationDesk>().Begin(question.Id, question.Servers, passOn: true);
        _rollup.Verifications = () => services.GetRequiredService<VerificationDesk>().TakeNews();
    }

    /// <summary>The server that is followed; null before the first answer.</summary>
    public Guid? ParentId => _follower.Status.Parent?.Server?.Id;

    /// <summary>Where the parent's gRPC answers; null before the first call.</summary>
    public Uri? ParentUrl => _follower.Status.Parent?.Url;

    /// <summary>How it follows, now.</summary>
    public FollowerStatus Following => _follower.Status;

    /// <summary>Where the parent's content answers; null before the first answer.</summary>
    public Uri? ParentContentUrl() => Uri.TryCreate(_follower.Status.Parent?.Server?.ContentUrl, UriKind.Absolute, out var url) ? url : null;

    /// <summary>Rows of the mirror are not what its checkpoint says: they are repaired from the parent.</summary>
    public void OnRotten(bool isServed) => _follower.OnRotten(isServed);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _overlay?.Start();
        // What was folded before is served at once; the parent may be away.
        await _views.CatchUpAsync(isReplaced: false, cancellationToken);
        Follow();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await StopFollowingAsync();
        if (_overlay is not null) await _overlay.StopAsync();
    }

    /// <summary>Takes nothing more from a parent, and reports nothing; when this returns, the mirror stays as it is.</summary>
    public async Task StopFollowingAsync()
    {
        await _stopping.CancelAsync();
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Follows and reports, from where the mirror stands; after <see cref="StopFollowingAsync"/>, again.</summary>
    public void Follow()
    {
        if (_stopping.IsCancellationRequested)
        {
            _stopping.Dispose();
            _stopping = new CancellationTokenSource();
        }

        var token = _stopping.Token;
        _loops = Task.Run(() => Task.WhenAll(_follower.RunAsync(token), _rollup.RunAsync(token)), CancellationToken.None);
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>The server that was followed last; while one is looked for, nothing moves.</summary>
    private Uri ParentToReportTo(Uri preferred)
    {
        var status = _follower.Status;
        if (status is { Phase: FollowerPhase.Live, Parent.Url: { } followed }) _reportsTo = followed;
        return _reportsTo ?? status.Parent?.Url ?? preferred;
    }

    private static List<ServerStatus> Sample(StatusSampler sampler, ServerDirectory directory)
    {
        var statuses = directory.Fresh().ToList();
        statuses.Add(sampler.Sample());
        return statuses;
    }

    private async ValueTask ServeAsync(FoldedState state, CancellationToken cancellationToken)
    {
        if (state.Records is { } records) await _views.ApplyAsync(records, _log.Head, state.Checkpoint, cancellationToken);
        else await _views.CatchUpAsync(state.Replaced, cancellationToken);
    }
}
