using Hierarchy.Domain.Changes;

namespace Hierarchy.Server.Roles;

/// <summary>A log that is served.</summary>
/// <param name="Log">The log.</param>
/// <param name="CheckpointOf">The checkpoint that a head equals; null for a head that has passed already.</param>
internal sealed record ServedLog(ILogReader Log, Func<LogHead, Checkpoint?> CheckpointOf)
{
    /// <summary>The id that a mirror with nothing in it is to have.</summary>
    public LogId Expected { get; init; }

    /// <summary>The log's id.</summary>
    public LogId Id => Log.Head.Position is { IsEmpty: false } position ? position.Log : Expected;

    /// <summary>True while there is nothing to serve of it.</summary>
    public bool IsEmpty => Log.Head.Position.IsEmpty;

    /// <summary>A mirror: the checkpoints are its authority's.</summary>
    public static ServedLog Of(IMirrorLog log) => new(log, head => log.Checkpoint is { } checkpoint && checkpoint.Position == head.Position ? checkpoint : null);

    /// <summary>An authority's own log: the checkpoints are issued here.</summary>
    public static ServedLog Of(IAuthorityLog log, TimeProvider time) => new(log, head => new Checkpoint(head.Position, head.Count, head.Digest, time.GetUtcNow(), ReadOnlyMemory<byte>.Empty));
}

/// <summary>The logs that the view is made of: the tree's, and the overlay that decides in its place, where there is one.</summary>
internal sealed class ServedLogs(ServedLog tree)
{
    private volatile ServedLog? _overlay;

    /// <summary>The tree's log: its own at the root, a mirror elsewhere.</summary>
    public ServedLog Tree => tree;

    /// <summary>The overlay; null where the tree's log decides. An empty one is on its way.</summary>
    public ServedLog? Overlay
    {
        get => _overlay;
        set => _overlay = value;
    }

    /// <summary>The log that holds records of a kind as they are served.</summary>
    public ILogReader Of(int kind) => _overlay is { } overlay && RecordParts.Of(kind) == RecordPart.Decision ? overlay.Log : tree.Log;
}
