using System.Text.Json;
using System.Text.Json.Serialization;
using Hierarchy.Agent.Policies;

namespace Hierarchy.Agent.Report;

/// <summary>What one cycle did: the document that `once` prints. Names are stable (snake case).</summary>
internal sealed class CycleReport
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public Guid AgentId { get; set; }

    public long Incarnation { get; set; }

    public string Name { get; set; } = "";

    /// <summary>The server that was used; null when none could be.</summary>
    public ServerLine? Server { get; set; }

    /// <summary>Groups that the server counts the computer in.</summary>
    public IReadOnlyList<string> Groups { get; set; } = [];

    /// <summary>`sequence@epoch` of the decisions.</summary>
    public string Position { get; set; } = "";

    public bool IsFullSync { get; set; }

    public bool IsServerBehind { get; set; }

    /// <summary>Decisions that came with this sync, and that are held.</summary>
    public int DecisionsReceived { get; set; }

    public int DecisionsHeld { get; set; }

    public int DocumentsFetched { get; set; }

    public int Evaluated { get; set; }

    /// <summary>Rules that could not be decided for want of facts.</summary>
    public int Undecided { get; set; }

    /// <summary>Updates that were needed at the first scan, approved or not.</summary>
    public List<UpdateLine> Needed { get; } = [];

    public List<FileLine> Downloaded { get; } = [];

    public long DownloadedBytes { get; set; }

    public List<InstallLine> Installed { get; } = [];

    /// <summary>What was removed.</summary>
    public List<InstallLine> Removed { get; } = [];

    public List<FailureLine> Failed { get; } = [];

    public List<FailureLine> Skipped { get; } = [];

    /// <summary>Updates of Office that are needed and approved, and held.</summary>
    public List<HeldLine> Held { get; } = [];

    /// <summary>What is approved and applicable, and waits: for a time, or for somebody.</summary>
    public IReadOnlyList<PendingUpdates.Line> Waiting { get; set; } = [];

    public int ReportsSent { get; set; }

    public int StatusesSent { get; set; }

    public int StatusesPending { get; set; }

    /// <summary>What went wrong beside the updates themselves.</summary>
    public List<string> Errors { get; } = [];

    public Dictionary<string, double> TimingsMs { get; } = [];

    /// <summary>True when nothing failed.</summary>
    public bool IsOk => Failed.Count == 0 && Errors.Count == 0 && !IsServerBehind;

    /// <summary>True when something could not be downloaded now.</summary>
    internal bool IsRetryWanted { get; set; }

    internal string ToJson() => JsonSerializer.Serialize(this, Json);

    internal sealed record ServerLine(string Name, string Site, string GrpcUrl, string ContentUrl, string LocatedBy, string SeenAddress, string OwnSite);

    internal sealed record UpdateLine(Guid UpdateId, int RevisionNumber, string Title, string Action);

    internal sealed record FileLine(string File, string Sha1, long Size, long Bytes, string From);

    internal sealed record InstallLine(Guid UpdateId, int RevisionNumber, string Title, string State, int Code, bool NeedsRestart, string User = "");

    internal sealed record FailureLine(Guid UpdateId, int RevisionNumber, string Title, int Code, string Reason, string User = "");

    internal sealed record HeldLine(Guid UpdateId, int RevisionNumber, string Title, string User, string Hold, IReadOnlyList<string> Words);
}
