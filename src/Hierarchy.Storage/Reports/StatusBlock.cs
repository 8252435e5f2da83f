using Hierarchy.Domain;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Reports;

/// <summary>
/// What one computer (or one user of it) has of up to 128 updates whose local numbers stand side by side, unpacked to be read and changed. Reused from block to block; not safe for concurrent use.
/// </summary>
/// <remarks>
/// Packed it is a version byte and then the statuses by slot. Each begins with a byte: bits 0-2 the state (7: a number follows), 3 a result code follows, 4 the counter differs from the
/// one before, 5 the revision differs, 6 unsent, 7 slots were passed over. Then, as the bits say: state; slots passed over; difference of the counter; difference of the revision; always
/// the difference of the time in milliseconds; the result code in four bytes. A state that is held is written as a number, with 64 times the reason on top: states lie below 64.
/// Differences are to the status before, at first to zero.
/// </remarks>
internal sealed class StatusBlock
{
    /// <summary>Updates of a block.</summary>
    public const int Slots = 1 << SlotBits;

    /// <summary>Bits of a local update number that say the slot; the others say the part.</summary>
    public const int SlotBits = 7;

    /// <summary>The longest packed block: every number as long as it can be.</summary>
    public const int MaxBytes = 1 + (Slots * 48);

    private const byte Version = 1;
    private const int StateEscape = 7;
    private const byte HasResult = 1 << 3;
    private const byte HasCounter = 1 << 4;
    private const byte HasRevision = 1 << 5;
    private const byte Unsent = 1 << 6;
    private const byte HasGap = 1 << 7;

    private readonly StatusEntry[] _entries = new StatusEntry[Slots];
    private UInt128 _present;

    /// <summary>Statuses in it.</summary>
    public int Count => (int)UInt128.PopCount(_present);

    /// <summary>True when there is a status in the slot.</summary>
    public bool Has(int slot) => ((_present >> slot) & UInt128.One) != UInt128.Zero;

    /// <summary>The status in the slot; whatever was there last when there is none.</summary>
    public ref readonly StatusEntry this[int slot] => ref _entries[slot];

    /// <summary>Holds nothing any more.</summary>
    public void Clear() => _present = UInt128.Zero;

    /// <summary>Puts a status into its slot.</summary>
    public void Set(int slot, in StatusEntry entry)
    {
        _entries[slot] = entry;
        _present |= UInt128.One << slot;
    }

    /// <summary>Says of all statuses whether a parent may lack them.</summary>
    public void MarkAll(bool isUnsent)
    {
        for (var slot = 0; slot < Slots; slot++)
            _entries[slot].IsUnsent = isUnsent;
    }

    /// <summary>Unpacks.</summary>
    /// <exception cref="IntegrityException">These bytes are no block, or one of a later version.</exception>
    public void Unpack(ReadOnlySpan<byte> bytes)
    {
        Clear();
        var cursor = new BlockCursor(bytes);
        if (cursor.Byte() is var version && version != Version)
            throw new IntegrityException($"A block of statuses has layout {version}, and this program knows {Version}. Update the program, or restore the report store from a backup.");
        var (slot, entry) = (-1, default(StatusEntry));
        while (!cursor.IsAtEnd)
        {
            var head = cursor.Byte();
            var state = head & StateEscape;
            var number = state == StateEscape ? (int)cursor.Unsigned() : state;
            (entry.State, entry.Hold) = ((UpdateState)(number % StateCounts.MaxStates), (HoldReason)(number / StateCounts.MaxStates));
            slot += 1 + ((head & HasGap) != 0 ? (int)Math.Min(cursor.Unsigned(), Slots) : 0);
            if (slot >= Slots) throw new IntegrityException("A block of statuses goes beyond its end: the report store is damaged. Restore it from a backup, or delete it: servers and computers below report again.");
            if ((head & HasCounter) != 0) entry.Counter += cursor.Signed();
            if ((head & HasRevision) != 0) entry.Revision += (int)cursor.Signed();
            entry.Milliseconds += cursor.Signed();
            entry.ResultCode = (head & HasResult) != 0 ? cursor.Int32() : 0;
            entry.IsUnsent = (head & Unsent) != 0;
            Set(slot, entry);
        }
    }

    /// <summary>Packs into a buffer of at least <see cref="MaxBytes"/>; returns how many bytes it took.</summary>
    public int Pack(Span<byte> buffer)
    {
        var pen = new BlockPen(buffer);
        pen.Byte(Version);
        var (last, before) = (-1, default(StatusEntry));
        for (var slot = 0; slot < Slots; slot++)
        {
            if (!Has(slot)) continue;
            ref readonly var entry = ref _entries[slot];
            var number = (int)entry.State + ((int)entry.Hold * StateCounts.MaxStates);
            var state = number is >= 0 and < StateEscape ? number : StateEscape;
            var head = state;
            if (entry.ResultCode != 0) head |= HasResult;
            if (entry.Counter != before.Counter) head |= HasCounter;
            if (entry.Revision != before.Revision) head |= HasRevision;
            if (entry.IsUnsent) head |= Unsent;
            if (slot != last + 1) head |= HasGap;
            pen.Byte((byte)head);
            if (state == StateEscape) pen.Unsigned((uint)number);
            if (slot != last + 1) pen.Unsigned((uint)(slot - last - 1));
            if (entry.Counter != before.Counter) pen.Signed(entry.Counter - before.Counter);
            if (entry.Revision != before.Revision) pen.Signed((long)entry.Revision - before.Revision);
            pen.Signed(entry.Milliseconds - before.Milliseconds);
            if (entry.ResultCode != 0) pen.Int32(entry.ResultCode);
            (last, before) = (slot, entry);
        }

        return pen.Length;
    }
}
