using System.Text.Json;
using Hierarchy.Agent.Policies;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Agent.Report;

/// <summary>One line of JSON for each thing that happens while the agent runs, so that scripts can wait for it. Times are nanoseconds since 1970.</summary>
internal sealed class AgentEvents(TextWriter? output, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lock _gate = new(); // guards the output: a line is written whole

    /// <summary>Says nothing.</summary>
    internal static AgentEvents None { get; } = new(output: null, TimeProvider.System);

    internal long Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>The agent has everything that its server has.</summary>
    internal void Synced(string server, string site, string position, int decisions)
        => Write(new { Event = "synced", Server = server, Site = site, Position = position, Decisions = decisions, UnixNs = Now });

    /// <summary>Decisions came over the open call; not yet taken over.</summary>
    internal void Decisions(string position, long received, IEnumerable<ClientDecision> decisions, IReadOnlyCollection<int> withdrawn)
    {
        if (output is null) return;
        Write(new
        {
            Event = "decisions",
            Position = position,
            ReceivedUnixNs = received,
            Updates = decisions.Select(decision => new { decision.Id.UpdateId, decision.Id.RevisionNumber, Action = decision.Action.ToString(), RevisionId = decision.Number }),
            Withdrawn = withdrawn,
        });
    }

    internal void Downloaded(RevisionId id, long bytes, string from)
        => Write(new { Event = "downloaded", id.UpdateId, id.RevisionNumber, Bytes = bytes, From = from, UnixNs = Now });

    internal void Installed(RevisionId id, string state, int code)
        => Write(new { Event = "installed", id.UpdateId, id.RevisionNumber, State = state, Code = code, UnixNs = Now });

    internal void Removed(RevisionId id, string state, int code)
        => Write(new { Event = "removed", id.UpdateId, id.RevisionNumber, State = state, Code = code, UnixNs = Now });

    /// <summary>Something waits, or waits for something else than before.</summary>
    internal void Waiting(PendingUpdates pending)
    {
        if (output is null) return;
        Write(new
        {
            Event = "waiting",
            pending.AuOptions,
            Updates = pending.Updates.Select(line => new { line.UpdateId, line.RevisionNumber, line.IsDownloaded, line.Reason, line.Deadline, line.Until }),
            UnixNs = Now,
        });
    }

    internal void Failed(RevisionId id, int code, string reason)
        => Write(new { Event = "failed", id.UpdateId, id.RevisionNumber, Code = code, Reason = reason, UnixNs = Now });

    internal void Reported(int statuses, string server) => Write(new { Event = "reported", Statuses = statuses, Server = server, UnixNs = Now });

    internal void Disconnected(string server, string reason) => Write(new { Event = "disconnected", Server = server, Reason = reason, UnixNs = Now });

    private void Write<T>(T line)
    {
        if (output is null) return;
        var text = JsonSerializer.Serialize(line, Json);
        lock (_gate)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }
}
