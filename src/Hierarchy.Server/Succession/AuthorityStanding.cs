using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Succession;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Succession;

/// <summary>
/// Whether this root is still the one: it hears of other reigns of its log (from followers, from announcements, from reports) and turns read-only, durably, at the first that has a higher
/// number, or the same number under another id. It never turns back by itself: that takes a promotion.
/// </summary>
internal sealed partial class AuthorityStanding
{
    private readonly Lock _lock = new(); // Guards the change from deciding to not deciding.
    private readonly IAuthorityLog _log;
    private readonly DataDirectory _data;
    private readonly FeedSource _feed;
    private readonly TimeProvider _time;
    private readonly ILogger<AuthorityStanding> _logger;

    public AuthorityStanding(IAuthorityLog log, DataDirectory data, FeedSource feed, ServerDirectory directory, TimeProvider time, ILogger<AuthorityStanding> logger)
    {
        _log = log;
        _data = data;
        _feed = feed;
        _time = time;
        _logger = logger;
        feed.Presented += OnPresented;
        directory.Received += OnReported;
        if (data.Superseded is { } superseded) TellFollowers(superseded);
    }

    /// <summary>Why this root decides nothing; null while it decides.</summary>
    public Supersession? Superseded => _data.Superseded;

    /// <summary>After this root has turned read-only. Handlers hand over and return.</summary>
    public event Action<Supersession>? Changed;

    /// <summary>Somebody stands in a reign of some log. What follows from it is durable when this returns.</summary>
    /// <param name="reign">Where it stands.</param>
    /// <param name="serverName">The server that decides there; empty when only a follower was met.</param>
    /// <param name="grpcUrl">Where that server answers; empty when unknown.</param>
    /// <param name="toldBy">Who told.</param>
    public Verdict Hear(Position reign, string serverName, string grpcUrl, string toldBy)
    {
        var verdict = ReignJudge.Judge(_log, reign);
        if (verdict is not (Verdict.Newer or Verdict.Disputed)) return verdict;
        lock (_lock)
        {
            var known = _data.Superseded;
            var isNews = known is null || reign.Epoch > known.Epoch || (reign.Epoch == known.Epoch && known.GrpcUrl.Length == 0 && grpcUrl.Length > 0);
            if (isNews) TurnReadOnly(new Supersession(reign.Epoch, reign.EpochId, serverName, grpcUrl, toldBy, verdict == Verdict.Disputed, _time.GetUtcNow()));
        }

        return verdict;
    }

    private void TurnReadOnly(Supersession superseded)
    {
        // First no decision any more, then the mark: what is committed in between would be lost.
        _log.Halt(superseded.Reason);
        try
        {
            _data.Supersede(superseded);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(_logger, exception);
        }

        if (superseded.IsDispute) Log.Disputed(_logger, superseded.Reason);
        else Log.Superseded(_logger, superseded.Reason);
        TellFollowers(superseded);
        Changed?.Invoke(superseded);
    }

    private void TellFollowers(Supersession superseded) =>
        _feed.Newer = superseded.IsDispute ? null : new NewerReign(superseded.Epoch, superseded.EpochId, superseded.ServerName, superseded.GrpcUrl);

    private void OnPresented(Position position, string name) => Hear(position, "", "", $"the follower {name}");

    private void OnReported(ServerStatus status)
    {
        try
        {
            // Where a server stands; who decides there, it does not say.
            Hear(status.Position.ToDomain(), "", "", $"the server {status.Server?.Name}");
        }
        catch (IntegrityException)
        {
            // A position that is none says nothing about anybody's reign.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1601, Level = LogLevel.Warning, Message = "Superseded: {Reason}")]
        public static partial void Superseded(ILogger logger, string reason);

        [LoggerMessage(EventId = 1602, Level = LogLevel.Warning, Message = "Two roots: {Reason}")]
        public static partial void Disputed(ILogger logger, string reason);

        [LoggerMessage(EventId = 1603, Level = LogLevel.Error, Message = "That this root is superseded could not be kept: after a restart it has to hear of it again.")]
        public static partial void NotKept(ILogger logger, Exception exception);
    }
}
