using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Protocol.Rollup.V1;

namespace Hierarchy.Cli.Formats;

/// <summary>How the contracts' bytes, times and enumerations are spelled outside: GUIDs, lower-case hex, ISO 8601 in UTC, snake_case.</summary>
internal static class Wire
{
    private static readonly UpdateState[] States = System.Enum.GetValues<UpdateState>();

    /// <summary>16 bytes in network order as a GUID; null for none.</summary>
    public static string? Guid(ByteString bytes) => bytes.Length == 16 ? new Guid(bytes.Span, bigEndian: true).ToString("D") : null;

    public static string? Hex(ByteString bytes) => bytes.IsEmpty ? null : Convert.ToHexStringLower(bytes.Span);

    public static string Hex(ulong digest) => digest.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>To the millisecond and beyond where the sender said so: 2026-10-04T16:33:26.67Z.</summary>
    public static string? Time(Timestamp? time)
        => time?.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    public static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    public static string Name(Protocol.Catalog.V1.UpdateType type) => Snake(type.ToString());

    /// <summary>A number where a server of a later version says what this one does not know.</summary>
    public static string Name(RecordKind kind) => Snake(kind.ToString());

    public static string Name(ApprovalAction action) => Snake(action.ToString());

    public static string Name(DecisionAction action) => Snake(action.ToString());

    /// <summary>Null where a server of an earlier version did not say.</summary>
    public static string? Name(SyncReason reason) => reason == SyncReason.Unspecified ? null : Snake(reason.ToString());

    /// <summary>Likewise.</summary>
    public static string? Name(SyncOutcome outcome) => outcome == SyncOutcome.Unspecified ? null : Snake(outcome.ToString());

    /// <summary>Likewise.</summary>
    public static string? Name(ContentSource source) => source == ContentSource.Unspecified ? null : Snake(source.ToString());

    /// <summary>Null where nothing is decided.</summary>
    public static string? Name(ContentFetch fetch) => fetch == ContentFetch.Unspecified ? null : Snake(fetch.ToString());

    /// <summary>Null where a server of a later version says what this one does not know.</summary>
    public static string? Name(TransferState state) => state == TransferState.Unspecified ? null : Snake(state.ToString());

    /// <summary>Null for a server that follows nobody, or did not say.</summary>
    public static string? Name(FollowPhase phase) => phase == FollowPhase.Unspecified ? null : Snake(phase.ToString());

    /// <summary>Null where a server of an earlier version did not say.</summary>
    public static string? Name(VerificationOutcome outcome) => outcome == VerificationOutcome.Unspecified ? null : Snake(outcome.ToString());

    /// <summary>Null before the first look.</summary>
    public static string? Name(VerificationState state) => state == VerificationState.Unspecified ? null : Snake(state.ToString());

    /// <summary>Unknown where a server of an earlier version did not say.</summary>
    public static string Name(SupersedenceState state) => state == SupersedenceState.Unspecified ? "unknown" : Snake(state.ToString());

    public static string Name(RuleSkipReason reason) => Snake(reason.ToString());

    public static string Name(DeclineVerdict verdict) => Snake(verdict.ToString());

    public static string Name(ServerHealth health) => Snake(health.ToString());

    public static string Name(ServerRole role) => Snake(role.ToString());

    /// <summary>0 is a computer that said nothing of the update.</summary>
    public static string Name(UpdateState state) => state == UpdateState.Unspecified ? "unknown" : Snake(state.ToString());

    /// <summary>Counts by state, each state named even at zero.</summary>
    public static string Name(OfficeProductLine line) => line switch { OfficeProductLine.Unspecified => "unknown", OfficeProductLine._2003 => "2003", OfficeProductLine._2007 => "2007", _ => Snake(line.ToString()) };

    public static string Name(OfficeSourceKind kind) => kind == OfficeSourceKind.Unspecified ? "unknown" : Snake(kind.ToString());

    public static string Name(OfficeSourceState state) => state == OfficeSourceState.Unspecified ? "unknown" : Snake(state.ToString());

    public static string? Name(HoldReason hold) => hold == HoldReason.Unspecified ? null : Snake(hold.ToString());

    /// <summary>How many are held, by reason.</summary>
    public static Dictionary<string, int> Holds(IDictionary<int, int> counts) => counts.OrderBy(count => count.Key).ToDictionary(count => Name((HoldReason)count.Key) ?? "unspecified", count => count.Value);

    public static Dictionary<string, int> Counts(IDictionary<int, int> counts)
        => States.ToDictionary(Name, state => counts.TryGetValue((int)state, out var count) ? count : 0);

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
