using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// A report store on a simulated disk, with the product's own rules of merging over rows in memory. Every transaction is durable before anybody hears of it (`synchronous=FULL`), or does not happen.
/// </summary>
internal sealed class SimulatedReports
{
    private readonly bool _isRoot;
    private readonly SimulatedDisk _disk;

    public SimulatedReports(ReportImage image, bool isRoot, bool isRestored, Func<Guid> newId, SimulatedDisk disk)
    {
        _isRoot = isRoot;
        _disk = disk;
        Image = image.Outbox.Incarnation == Guid.Empty ? image with { Outbox = image.Outbox with { Incarnation = newId() } } : image;
        if (isRestored) Image = Renewed(Image, newId());
        Image = Image with { Chapters = Image.Chapters.Begin(Image.Outbox.Head, newId()) };
        if (isRoot) Image = AsRoot(Image);
    }

    public ReportImage Image { get; private set; }

    public OutboxState Outbox => Image.Outbox;

    /// <summary>Merges reports, from a computer or from a child's outbox.</summary>
    public void Merge(IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child)
    {
        var rows = new MemoryReportRows(Image);
        var merger = new ReportMerger(rows, static _ => null);
        merger.Begin();
        merger.Merge(computers, statuses);
        merger.Finish();
        Write("merge", child is null ? rows.Image : WithChild(rows.Image, child));
    }

    /// <summary>The next page of the outbox, as the real store reads it.</summary>
    public OutboxPage ReadOutbox(long after, int maxRows)
    {
        var computers = new List<ComputerReport>();
        var statuses = new List<StatusReport>();
        var block = new StatusBlock();
        var through = after;
        var rows = Image.Computers.Where(pair => pair.Value.Report is not null).Select(pair => (Number: pair.Value.Outbox, Report: pair.Value.Report, Key: default(BlockKey), Packed: Array.Empty<byte>()))
            .Concat(Image.Blocks.Select(pair => (pair.Value.Number, Report: (ComputerReport?)null, pair.Key, pair.Value.Packed)))
            .Where(row => row.Number > after).OrderBy(row => row.Number);
        foreach (var (number, report, key, packed) in rows)
        {
            if (through != after && computers.Count + statuses.Count >= maxRows) break;
            through = number;
            if (report is not null)
            {
                computers.Add(report);
                continue;
            }

            block.Unpack(packed);
            var computer = Image.Computers.First(pair => pair.Value.Key == key.Computer);
            for (var slot = 0; slot < StatusBlock.Slots; slot++)
                if (block.Has(slot) && (number <= Outbox.Full || block[slot].IsUnsent))
                    statuses.Add(block[slot].ToReport(computer.Key, computer.Value.StatusIncarnation, Image.Updates[key.UpdateAt(slot) - 1], ""));
        }

        return new OutboxPage(computers, statuses, through);
    }

    /// <summary>The parent's word, as the real store takes it.</summary>
    public void Acknowledge(long received, long rooted, Guid rootLife)
    {
        var image = Image;
        var outbox = image.Outbox.Acknowledged(received, rooted, rootLife, out var isTakenBack);
        if (isTakenBack) image = Remarked(image);
        image = image with { Outbox = outbox };

        if (rooted > image.Outbox.Rooted)
        {
            image = image with
            {
                Outbox = image.Outbox with { Rooted = rooted },
                Children = image.Children.SetItems(image.Children.Select(child => KeyValuePair.Create(
                    child.Key, child.Value with { Rooted = Math.Max(child.Value.Rooted, image.Marks.Where(mark => mark.Child == child.Key && mark.Own <= rooted).Select(mark => mark.Through).DefaultIfEmpty(0).Max()) }))),
                Marks = image.Marks.RemoveAll(mark => mark.Own <= rooted),
            };
        }

        Write("acknowledge", image);
    }

    /// <summary>A new life of the outbox.</summary>
    public void Renew(Guid life) => Write("renew", Renewed(Image, life));

    /// <summary>How far a child's outbox was taken, and how far the root has it.</summary>
    public (long Received, long Rooted, Guid Chapter)? FindChild(string server, Guid life) =>
        Image.Children.TryGetValue(server, out var child) && child.Life == life ? (child.Received, _isRoot ? child.Received : child.Rooted, child.Chapter) : null;

    /// <summary>What is held of one computer: its counter, and the counter and state of each status.</summary>
    public (long Incarnation, long Counter, Dictionary<Guid, (long Counter, UpdateState State)> Statuses)? Find(string computer)
    {
        if (!Image.Computers.TryGetValue(computer, out var row)) return null;
        var statuses = new Dictionary<Guid, (long, UpdateState)>();
        var block = new StatusBlock();
        foreach (var (key, held) in Image.Blocks.Where(pair => pair.Key.Computer == row.Key))
        {
            block.Unpack(held.Packed);
            for (var slot = 0; slot < StatusBlock.Slots; slot++)
                if (block.Has(slot))
                    statuses[Image.Updates[key.UpdateAt(slot) - 1]] = (block[slot].Counter, block[slot].State);
        }

        return (row.StatusIncarnation, row.Report?.Counter ?? 0, statuses);
    }

    private ReportImage WithChild(ReportImage image, ChildOutbox child)
    {
        var known = image.Children.TryGetValue(child.ServerId, out var before) && before.Life == child.Incarnation;
        var isRooted = _isRoot || image.Outbox.Head <= image.Outbox.Rooted;
        var (received, rooted) = (Math.Max(known ? before.Received : 0, child.Received), Math.Max(known ? before.Rooted : 0, isRooted ? child.Received : 0));
        var chapter = known && before.Received > child.Received ? before.Chapter : child.Chapter;
        image = image with
        {
            Children = image.Children.SetItem(child.ServerId, (child.Incarnation, received, rooted, chapter)),
            Marks = known ? image.Marks : image.Marks.RemoveAll(mark => mark.Child == child.ServerId),
        };
        return isRooted ? image : image with { Marks = image.Marks.Add((child.ServerId, image.Outbox.Head, child.Received)) };
    }

    private static ReportImage Renewed(ReportImage image, Guid life) => Remarked(image with { Outbox = image.Outbox.Renewed() with { Incarnation = life } });

    private static ReportImage Remarked(ReportImage image) => image with
    {
        Children = image.Children.SetItems(image.Children.Select(child => KeyValuePair.Create(child.Key, child.Value with { Rooted = 0 }))),
        Marks = [.. image.Children.OrderBy(child => child.Key, StringComparer.Ordinal).Select(child => (child.Key, image.Outbox.Head, child.Value.Received))],
    };

    private static ReportImage AsRoot(ReportImage image) => image with { Outbox = image.Outbox with { Rooted = image.Outbox.Head, RootLife = image.Outbox.Incarnation } };

    private void Write(string what, ReportImage image)
    {
        _disk.Before(what);
        Image = _isRoot ? AsRoot(image) : image;
        _disk.After(what);
    }
}
