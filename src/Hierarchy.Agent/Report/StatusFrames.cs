using System.Buffers.Binary;
using System.Text.Json;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Report;

/// <summary>
/// States as they stand in `statuses.log`. Those of the computer that nothing holds, nearly all, have 34 bytes each, one behind the other; a frame of the others begins with sixteen zero bytes, which are no
/// update, and goes on as JSON.
/// </summary>
internal static class StatusFrames
{
    internal const int EntryLength = 16 + 4 + 1 + 4 + 8 + 1;

    /// <summary>One frame, or two.</summary>
    internal static IEnumerable<byte[]> Encode(IReadOnlyDictionary<(Guid UpdateId, string User), StatusEntry> entries, IEnumerable<(Guid UpdateId, string User)> keys)
    {
        var plain = new List<(Guid Id, StatusEntry Entry)>();
        var other = new List<Stored>();
        foreach (var key in keys)
        {
            var entry = entries[key];
            if (key.User.Length == 0 && entry.Hold == HoldReason.None) plain.Add((key.UpdateId, entry));
            else other.Add(new Stored(key.UpdateId, key.User, entry.RevisionNumber, (int)entry.State, entry.Code, entry.Time.UtcTicks, (int)entry.Hold, entry.IsReported));
        }

        if (plain.Count > 0) yield return EncodePlain(plain);
        if (other.Count > 0) yield return [.. new byte[16], .. JsonSerializer.SerializeToUtf8Bytes(other)];
    }

    /// <summary>What a frame holds; null when it is none.</summary>
    internal static List<KeyValuePair<(Guid UpdateId, string User), StatusEntry>>? Decode(ReadOnlyMemory<byte> frame)
    {
        var entries = new List<KeyValuePair<(Guid UpdateId, string User), StatusEntry>>();
        if (frame.Length > 16 && frame.Span[..16].IndexOfAnyExcept((byte)0) < 0)
        {
            try
            {
                foreach (var stored in JsonSerializer.Deserialize<Stored[]>(frame.Span[16..]) ?? [])
                {
                    if (!IsTime(stored.Ticks)) return null;
                    entries.Add(new((stored.Update, stored.User), new StatusEntry(
                        stored.Revision, (UpdateState)stored.State, stored.Code, new DateTimeOffset(stored.Ticks, TimeSpan.Zero), (HoldReason)stored.Hold, stored.Reported)));
                }

                return entries;
            }
            catch (JsonException)
            {
                return null;
            }
        }

        if (frame.Length % EntryLength != 0) return null;
        for (var rest = frame.Span; rest.Length > 0; rest = rest[EntryLength..])
        {
            var ticks = BinaryPrimitives.ReadInt64LittleEndian(rest[25..]);
            if (!IsTime(ticks)) return null;
            entries.Add(new((new Guid(rest[..16], bigEndian: true), ""), new StatusEntry(
                BinaryPrimitives.ReadInt32LittleEndian(rest[16..]), (UpdateState)rest[20], BinaryPrimitives.ReadInt32LittleEndian(rest[21..]), new DateTimeOffset(ticks, TimeSpan.Zero), HoldReason.None,
                rest[33] == 1)));
        }

        return entries;
    }

    private static byte[] EncodePlain(List<(Guid Id, StatusEntry Entry)> entries)
    {
        var frame = new byte[entries.Count * EntryLength];
        var rest = frame.AsSpan();
        foreach (var (id, entry) in entries)
        {
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

    private static bool IsTime(long ticks) => ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;

    private sealed record Stored(Guid Update, string User, int Revision, int State, int Code, long Ticks, int Hold, bool Reported);
}
