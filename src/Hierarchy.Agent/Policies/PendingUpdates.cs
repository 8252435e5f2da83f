using System.Text.Json;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.State;
using Hierarchy.Domain;

namespace Hierarchy.Agent.Policies;

/// <summary>What waits for what, as the agent saw it last: `pending.json`, the document that `hierarchy-agent pending` prints. Names are stable (snake case).</summary>
internal sealed record PendingUpdates
{
    private const string FileName = "pending.json";

    /// <summary>When the agent looked.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>AUOptions in force; null: what is found is installed at once.</summary>
    public int? AuOptions { get; init; }

    /// <summary>The next scheduled installation; null where none is scheduled.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>Users may not say what is installed.</summary>
    public bool AreUsersBlocked { get; init; }

    /// <summary>Updates that are approved and applicable and wait.</summary>
    public IReadOnlyList<Line> Updates { get; init; } = [];

    internal static void Write(StateFolder folder, PendingUpdates pending) => AtomicFile.Write(folder.Combine(FileName), JsonSerializer.SerializeToUtf8Bytes(pending, CycleReport.Json));

    /// <exception cref="UnavailableException">There is none, or none that can be read.</exception>
    internal static PendingUpdates Read(string state)
    {
        var path = Path.Combine(state, FileName);
        try
        {
            if (File.Exists(path) && JsonSerializer.Deserialize<PendingUpdates>(File.ReadAllBytes(path), CycleReport.Json) is { } pending) return pending;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"{path} cannot be read: {exception.Message} Run the agent once more; it writes it anew.", exception);
        }

        throw new UnavailableException($"There is no {path}: no agent has looked yet. Run `hierarchy-agent once` or `run` with this --state first.");
    }

    internal string ToJson() => JsonSerializer.Serialize(this, CycleReport.Json);

    /// <summary>One of them.</summary>
    internal sealed record Line(Guid UpdateId, int RevisionNumber, string Title, string Action, bool IsDownloaded, string Reason, DateTimeOffset? Deadline, DateTimeOffset? Until);
}
