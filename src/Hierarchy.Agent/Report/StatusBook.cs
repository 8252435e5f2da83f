using Hierarchy.Agent.State;

namespace Hierarchy.Agent.Report;

/// <summary>
/// The latest state of every update on this computer, and whether a server has it. Durable: a state that was seen once is reported sooner or later, whatever happens between.
/// </summary>
internal sealed class StatusBook : IDisposable
{
    private const int CompactAbove = 4 * 1024 * 1024;

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Dictionary<(Guid UpdateId, string User), StatusEntry> _entries = [];
    private readonly HashSet<(Guid UpdateId, string User)> _pending = [];
    private FrameFile _file;

    private StatusBook(string path, TimeProvider time)
    {
        (_path, _time) = (path, time);
        _file = FrameFile.Open(path, Load);
    }

    /// <summary>How many updates have a state.</summary>
    internal int Count => _entries.Count;

    /// <summary>How many states no server has yet.</summary>
    internal int PendingCount => _pending.Count;

    internal static StatusBook Open(StateFolder folder, TimeProvider time) => new(folder.Combine("statuses.log"), time);

    internal StatusEntry? Find(Guid updateId, string user = "") => _entries.TryGetValue((updateId, user), out var entry) ? entry : null;

    /// <summary>States that no server has yet.</summary>
    internal IReadOnlyList<(Guid UpdateId, string User, StatusEntry Entry)> Pending(int most) => [.. _pending.Take(most).Select(key => (key.UpdateId, key.User, _entries[key]))];

    /// <summary>Takes states over. What is as it was changes nothing. Durable when it returns.</summary>
    internal void Set(IEnumerable<ReportedState> states)
    {
        var changed = new List<(Guid UpdateId, string User)>();
        foreach (var (id, user, revision, state, code, hold) in states)
        {
            if (_entries.TryGetValue((id, user), out var old) && old.RevisionNumber == revision && old.State == state && old.Code == code && old.Hold == hold) continue;
            _entries[(id, user)] = new StatusEntry(revision, state, code, _time.GetUtcNow(), hold, IsReported: false);
            _pending.Add((id, user));
            changed.Add((id, user));
        }

        Write(changed, isFlushed: true);
    }

    /// <summary>A server has these durably. One that changed since stays to be reported.</summary>
    internal void MarkReported(IEnumerable<(Guid UpdateId, string User, StatusEntry Entry)> reported)
    {
        var changed = new List<(Guid UpdateId, string User)>();
        foreach (var (id, user, entry) in reported)
        {
            if (!_entries.TryGetValue((id, user), out var current) || current != entry) continue;
            _entries[(id, user)] = current with { IsReported = true };
            _pending.Remove((id, user));
            changed.Add((id, user));
        }

        // Not flushed: what is forgotten here is reported twice, which changes nothing.
        Write(changed, isFlushed: false);
    }

    /// <summary>A server knows nothing of this computer: everything is to be reported again.</summary>
    internal void MarkAllPending()
    {
        foreach (var id in _entries.Keys.ToArray())
        {
            _entries[id] = _entries[id] with { IsReported = false };
            _pending.Add(id);
        }

        Write(_entries.Keys, isFlushed: true);
    }

    public void Dispose() => _file.Dispose();

    private void Write(IReadOnlyCollection<(Guid UpdateId, string User)> changed, bool isFlushed)
    {
        if (changed.Count == 0) return;
        if (_file.Length > CompactAbove && _file.Length > _entries.Count * StatusFrames.EntryLength * 4L)
        {
            Compact();
            return;
        }

        foreach (var frame in StatusFrames.Encode(_entries, changed)) _file.Append(frame);
        if (isFlushed) _file.Flush();
    }

    private void Compact()
    {
        var partial = _path + AtomicFile.PartialSuffix;
        File.Delete(partial);
        using (var file = FrameFile.Open(partial, (_, _) => true))
        {
            foreach (var frame in StatusFrames.Encode(_entries, _entries.Keys)) file.Append(frame);
            file.Flush();
        }

        _file.Dispose();
        File.Move(partial, _path, overwrite: true);
        _file = FrameFile.Open(_path, (_, _) => true);
    }

    private bool Load(long offset, ReadOnlyMemory<byte> frame)
    {
        if (StatusFrames.Decode(frame) is not { } entries) return false;
        foreach (var (key, entry) in entries)
        {
            _entries[key] = entry;
            if (entry.IsReported) _pending.Remove(key);
            else _pending.Add(key);
        }

        return true;
    }
}
