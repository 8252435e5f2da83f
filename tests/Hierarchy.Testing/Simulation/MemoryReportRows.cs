using System.Collections.Immutable;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Testing.Simulation;

/// <summary>The rows of a simulated report store: all of them immutable, so that a transaction that fails, or a disk as it was, is a reference.</summary>
internal sealed record ReportImage
{
    public static ReportImage Empty { get; } = new();

    public OutboxState Outbox { get; init; } = new(Guid.Empty, 0, 0, Guid.Empty, 0, 0);

    public ImmutableSortedDictionary<string, SimulatedComputerRow> Computers { get; init; } = ImmutableSortedDictionary.Create<string, SimulatedComputerRow>(StringComparer.Ordinal);

    public ImmutableDictionary<BlockKey, (long Number, byte[] Packed)> Blocks { get; init; } = ImmutableDictionary<BlockKey, (long, byte[])>.Empty;

    public ImmutableList<Guid> Updates { get; init; } = [];

    /// <summary>Which opening gave which numbers.</summary>
    public OutboxChapters Chapters { get; init; } = OutboxChapters.None;

    public ImmutableDictionary<string, (Guid Life, long Received, long Rooted, Guid Chapter)> Children { get; init; } = ImmutableDictionary<string, (Guid, long, long, Guid)>.Empty;

    /// <summary>What a child may forget once the root has a number of ours.</summary>
    public ImmutableList<(string Child, long Own, long Through)> Marks { get; init; } = [];

    internal sealed record SimulatedComputerRow(long Key, ComputerReport? Report, long Outbox, long StatusIncarnation, int Scope, ImmutableArray<int> States);
}

/// <summary>The rows within one transaction.</summary>
internal sealed class MemoryReportRows(ReportImage image) : IReportRows
{
    private readonly byte[] _packed = new byte[StatusBlock.MaxBytes];

    public ReportImage Image { get; set; } = image;

    public OutboxState Outbox => Image.Outbox;

    public long NextNumber()
    {
        Image = Image with { Outbox = Image.Outbox with { Head = Image.Outbox.Head + 1 } };
        return Image.Outbox.Head;
    }

    public ComputerRow? FindComputer(string computerId) => !Image.Computers.TryGetValue(computerId, out var row) ? null : new ComputerRow(row.Key, computerId)
    {
        Report = row.Report,
        Outbox = row.Outbox,
        StatusIncarnation = row.StatusIncarnation,
        Scope = row.Scope,
        States = [.. row.States],
    };

    public ComputerRow AddComputer(string computerId)
    {
        var row = new ComputerRow(Image.Computers.Count + 1, computerId) { IsChanged = true };
        PutComputer(row);
        return row;
    }

    public void PutComputer(ComputerRow row) => Image = Image with
    {
        Computers = Image.Computers.SetItem(row.ComputerId, new ReportImage.SimulatedComputerRow(row.Key, row.Report, row.Outbox, row.StatusIncarnation, row.Scope, [.. row.States])),
    };

    public int UpdateNumber(Guid updateId)
    {
        var index = Image.Updates.IndexOf(updateId);
        if (index >= 0) return index + 1;
        Image = Image with { Updates = Image.Updates.Add(updateId) };
        return Image.Updates.Count;
    }

    public int UserNumber(string user) => throw new NotSupportedException("No simulated status names a user.");

    public int ScopeNumber(GroupSet groups) => throw new NotSupportedException("No simulated computer is in a group.");

    public long ReadBlock(BlockKey key, StatusBlock into)
    {
        into.Clear();
        if (!Image.Blocks.TryGetValue(key, out var block)) return 0;
        into.Unpack(block.Packed);
        return block.Number;
    }

    public void PutBlock(BlockKey key, long number, StatusBlock block) =>
        Image = Image with { Blocks = Image.Blocks.SetItem(key, (number, _packed[..block.Pack(_packed)])) };

    public IReadOnlyList<BlockKey> BlocksOf(long computer) => [.. Image.Blocks.Keys.Where(key => key.Computer == computer).OrderBy(key => key.Part)];

    public void DeleteBlocks(long computer) => Image = Image with { Blocks = Image.Blocks.RemoveRange(BlocksOf(computer)) };

    // Counts are the store's own matter, and have their own tests.
    public void ReadCounts(int part, int scope, CountBlock into) => into.Clear();

    public void PutCounts(int part, int scope, CountBlock block)
    {
    }
}
