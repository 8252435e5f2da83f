using System.Reflection;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Content;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api;
using Hierarchy.Server.Verification;

namespace Hierarchy.Server.Roles;

/// <summary>Samples what this server is doing.</summary>
internal sealed class StatusSampler(
    ServedLogs logs, IReportStore reports, ContentCounters content, ContentAhead ahead, ConfiguredOrigins origins, ConnectedClients clients, LoadMeter load, SelfDescription self, ServerFaults faults,
    RecordVerifier verifier, ILostStore lost, TimeProvider time, IAuthorityLog? authority = null)
{
    private static readonly string Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "";

    /// <summary>The first 8 bytes of SHA-256 over the digest: enough to compare two servers at one position.</summary>
    public static ulong ShortDigest(LogHead head) => RecordVerifier.Short(head.Digest.Span);

    /// <summary>One consistent sample.</summary>
    public ServerStatus Sample()
    {
        var head = logs.Tree.Log.Head;
        var overlay = logs.Overlay?.Log.Head;
        var counts = content.Read();
        var (wanted, missing) = ahead.Coverage();
        var following = faults.Following;
        var status = new ServerStatus
        {
            Server = CatalogRecords.Message(self()),
            Position = head.Position.ToProto(),
            Count = head.Count,
            Digest = ShortDigest(head),
            SampledAt = time.GetUtcNow().ToTimestamp(),
            ContentBytesServed = counts.BytesServedToAgents + counts.BytesServedToClients,
            ContentBytesServedToServers = counts.BytesServedToServers,
            ContentBytesFromParent = counts.BytesFetchedFromParent,
            ContentBytesFromMicrosoft = counts.BytesFetchedFromMicrosoftUpdate,
            OutboxPending = reports.OutboxHead - reports.Rooted,
            Version = Version,
            DigestMismatches = faults.DigestMismatches,
            Repairs = faults.Repairs,
            ScrubbedAt = verifier.Last?.VerifiedAt,
            ScrubState = verifier.Last?.State ?? default,
            LostRecords = lost.Count,
            ReadOnly = authority?.Halted ?? "",
            ContentFilesWanted = wanted,
            ContentFilesMissing = missing,
            ClientsConnected = clients.Count,
            Load = load.Current,
            Phase = PhaseOf(following),
            Reason = following?.Reason ?? "",
            ContentSource = origins.Source == ContentSource.MicrosoftUpdate ? Protocol.Catalog.V1.ContentSource.MicrosoftUpdate : Protocol.Catalog.V1.ContentSource.Parent,
        };
        if (overlay is null) return status;
        status.OverlayPosition = overlay.Position.ToProto();
        status.OverlayCount = overlay.Count;
        status.OverlayDigest = ShortDigest(overlay);
        return status;
    }

    private static FollowPhase PhaseOf(FollowerStatus? following) => following?.Phase switch
    {
        FollowerPhase.Connecting => FollowPhase.Connecting,
        FollowerPhase.CatchingUp => FollowPhase.CatchingUp,
        FollowerPhase.Live => FollowPhase.Live,
        FollowerPhase.Waiting => FollowPhase.Waiting,
        _ => FollowPhase.Unspecified,
    };
}
