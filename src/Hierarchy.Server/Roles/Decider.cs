using System.Text;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Server.Roles;

/// <summary>
/// Whose decisions a replica serves, kept in the file `decider` of its data directory before anything of them is taken: the tree's log, or the overlay of an autonomous server. Without it, a replica that
/// fails over could offer its clients what somebody else has approved.
/// </summary>
internal sealed class Decider
{
    private const string Tree = "tree";
    private readonly string _file;
    private volatile object? _kept; // A boxed LogId, swapped whole.

    /// <param name="file">Where it is kept.</param>
    /// <param name="hasState">The server serves something already: a version that knew of no overlays wrote no file.</param>
    /// <exception cref="IntegrityException">The file is damaged.</exception>
    public Decider(string file, bool hasState)
    {
        _file = file;
        if (!File.Exists(file))
        {
            if (hasState) _kept = LogId.None;
            return;
        }

        var text = File.ReadAllText(file).Trim();
        _kept = text == Tree ? LogId.None
            : Guid.TryParse(text, out var id) ? new LogId(id)
            : throw new IntegrityException($"The file {file} does not say whose decisions this server serves. Delete it: the first parent that the server reaches says it anew.");
    }

    /// <summary>The log that decides: none is the tree's; null while it is not known.</summary>
    public LogId? Kept => _kept as LogId?;

    /// <summary>Why a parent is passed over that serves these decisions; null when it may be followed. The first one in the order of preference may always.</summary>
    public string? Refuse(int parent, LogId decisions) => parent == 0 || Kept is not { } kept || kept == decisions
        ? null
        : $"it serves {Describe(decisions)}, and this server serves {Describe(kept)}; failing over must not change what is approved. Name it first in --parent if this server is to serve its decisions.";

    /// <summary>Keeps another decider durably; false when it was the same.</summary>
    public bool Keep(LogId decisions)
    {
        if (Kept == decisions) return false;
        var partial = _file + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(Encoding.UTF8.GetBytes(decisions == LogId.None ? Tree : decisions.ToString()));
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, _file, overwrite: true);
        _kept = decisions;
        return true;
    }

    private static string Describe(LogId decisions) => decisions == LogId.None ? "the root's decisions" : $"the decisions of an autonomous server (log {decisions})";
}
