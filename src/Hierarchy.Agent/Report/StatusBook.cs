using System.Buffers.Binary;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Report;

/// <summary>
/// The latest state of every update on this computer, and whether a server has it. Durable: a state that was seen once is reported sooner or later, whatever happens between.
/// </summary>
internal sealed class StatusBook : IDisposable
{
    private const int EntryLength = 16 + 4 + 1 + 4 + 8 + 1;
    private const int CompactAbove = 4 * 1024 * 1024;

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Dictionary<Guid, StatusEntry> _entries = [];
    private readonly HashSet<Guid> _pending = [];
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

    internal StatusEntry? Find(Guid updateId) => _entries.TryGetValue(updateId, out var entry) ? entry : null;

    /// <summary>States that no server has yet.</summary>
    internal IReadOnlyList<(Guid UpdateId, StatusEntry Entry)> Pending(int most) => [.. _pending.Take(most).Select(id => (id, _entries[id]))];

    /// <summary>Takes states over. What is as it was changes nothing. Durable when it returns.</summary>
    internal void Set(IEnumerable<(Guid UpdateId, int RevisionNumber, UpdateState State, int Code)> states)
    {
        var changed = new List<Guid>();
        foreach (var (id, revision, state, code) in states)
        {
            if (_entries.TryGetValue(id, out var old) && old.RevisionNumber == revision && old.State == state && old.Code == code) continue;
            _entries[id] = new StatusEntry(revision, state, code, _time.GetUtcNow(), IsReported: false);
            _pending.Add(id);
            changed.Add(id);
        }

        Write(changed, isFlushed: true);
    }

    /// <summary>A server has these durably. One that changed since stays to be reported.</summary>
    internal void MarkReported(IEnumerable<(Guid UpdateId, StatusEntry Entry)> reported)
    {
        var changed = new List<Guid>();
        foreach (var (id, entry) in reported)
        {
            if (!_entries.TryGetValue(id, out var current) || current != entry) continue;
            _entries[id] = current with { IsReported = true };
            _pending.Remove(id);
            changed.Add(id);
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

    private void Write(IReadOnlyCollection<Guid> changed, bool isFlushed)
    {
        if (changed.Count == 0) return;
        if (_file.Length > CompactAbove && _file.Length > _entries.Count * EntryLength * 4L)
        {
            Compact();
            return;
        }

        _file.Append(Encode(changed));
        if (isFlushed) _file.Flush();
    }

    private void Compact()
    {
        var partial = _path + AtomicFile.PartialSuffix;
        File.Delete(partial);
        using (var file = FrameFile.Open(partial, (_, _) => true))
        {
            file.Append(Encode(_entries.Keys));
            file.Flush();
        }

        _file.Dispose();
        File.Move(partial, _path, overwrite: true);
        _file = FrameFile.Open(_path, (_, _) => true);
    }

    private byte[] Encode(IReadOnlyCollection<Guid> ids)
    {
        var frame = new byte[ids.Count * EntryLength];
        var rest = frame.AsSpan();
        foreach (var id in ids)
        {
            var entry = _entries[id];
            id.TryWriteBytes(rest, bigEndian: true, out _);
            BinaryPrimitives.WriteInt32LittleEndian(rest[16..], entry.RevisionNumber);
            rest[20] = (byte)entry.State;
            BinaryPrimitives.WriteInt32LittleEndian(rest[21..], entry.Code);
            BinaryPrimitives.WriteInt64LittleEndian(rest[25..], entry.Time.UtcTicks);
            rest[33] = entry.IsReported ? (byte)1 : (byte)0;
            rest = rest[EntryLength..];
        }

        return frame;
    }

    private bool Load(long offset, ReadOnlyMemory<byte> frame)
    {
        if (frame.Length % EntryLength != 0) return false;
        for (var rest = frame.Span; rest.Length > 0; rest = rest[EntryLength..])
        {
            var ticks = BinaryPrimitives.ReadInt64LittleEndian(rest[25..]);
            if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return false;
            var id = new Guid(rest[..16], bigEndian: true);
            var entry = new StatusEntry(
                BinaryPrimitives.ReadInt32LittleEndian(rest[16..]), (UpdateState)rest[20], BinaryPrimitives.ReadInt32LittleEndian(rest[21..]),
                new DateTimeOffset(ticks, TimeSpan.Zero), rest[33] == 1);
            _entries[id] = entry;
            if (entry.IsReported) _pending.Remove(id);
            else _pending.Add(id);
        }

        return true;
    }
}
