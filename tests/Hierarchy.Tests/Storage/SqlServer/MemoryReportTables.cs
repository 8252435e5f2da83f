using System.Text;
using Hierarchy.Domain;
using Hierarchy.Storage.Reports;
using Hierarchy.Storage.SqlServer;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>The rules of the report tables without a database. Answers are lost where a test says so.</summary>
internal sealed class MemoryReportTables : IReportTables
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, ComputerRecord> _computers = [];
    private readonly Dictionary<long, BlockRecord> _blocks = [];
    private readonly Dictionary<long, byte[]> _counts = [];
    private readonly List<NumberRecord> _numbers = [];
    private readonly Dictionary<string, ChildRecord> _children = [];
    private OutboxState _outbox = new(Guid.Empty, 0, 0, Guid.Empty, 0, 0);
    private OutboxChapters _chapters = OutboxChapters.None;
    private long _writes;

    public string Name => "database test on nowhere";

    /// <summary>What becomes of the next write: null is well, true is lost after the commit, false before it.</summary>
    public Func<bool?> NextFault { get; set; } = () => null;

    public ReportState Load()
    {
        lock (_gate)
            return new ReportState(_outbox, _chapters, _writes, _computers.Keys.DefaultIfEmpty(0).Max(), [.. _numbers], [.. _children.Values]);
    }

    public bool Write(ReportChanges changes)
    {
        lock (_gate)
        {
            var fault = NextFault();
            if (fault == false) throw new UnavailableException("the answer was lost");
            if (changes.KnownWrites != _writes) return false;
            Commit(changes);
            return fault == true ? throw new UnavailableException("the answer was lost") : true;
        }
    }

    public IReadOnlyList<ComputerRecord> FindComputers(IReadOnlyCollection<string> computerIds)
    {
        lock (_gate)
            return [.. _computers.Values.Where(row => computerIds.Contains(Encoding.UTF8.GetString(row.ComputerId)))];
    }

    public IReadOnlyList<BlockRecord> FindBlocks(IReadOnlyCollection<long> computers)
    {
        lock (_gate)
            return [.. _blocks.Values.Where(row => computers.Contains(row.Computer))];
    }

    public byte[]? FindCounts(long id)
    {
        lock (_gate)
            return _counts.GetValueOrDefault(id);
    }

    public byte[]? FindNumber(ReportNumber kind, int id)
    {
        lock (_gate)
            return _numbers.SingleOrDefault(number => number.Kind == (int)kind && number.Id == id)?.Value;
    }

    public (IReadOnlyList<ComputerRecord> Computers, IReadOnlyList<BlockRecord> Blocks) ReadOutbox(long after, int limit)
    {
        lock (_gate)
            return ([.. _computers.Values.Where(row => row.Outbox > after).OrderBy(row => row.Outbox).Take(limit)], [.. _blocks.Values.Where(row => row.Outbox > after).OrderBy(row => row.Outbox).Take(limit).Select(Joined)]);
    }

    public IReadOnlyList<ComputerRecord> ListComputers()
    {
        lock (_gate)
            return [.. _computers.Values.Where(row => row.Outbox is not null)];
    }

    public IReadOnlyList<BlockRecord> ListBlocksOfComputer(string computerId)
    {
        lock (_gate)
            return [.. _blocks.Values.Select(Joined).Where(row => Encoding.UTF8.GetString(row.ComputerId) == computerId)];
    }

    public IReadOnlyList<BlockRecord> ListBlocksOfPart(int part)
    {
        lock (_gate)
            return [.. _blocks.Values.Where(row => row.Part == part).Select(Joined)];
    }

    public IReadOnlyList<CountRecord> ListCounts(long first, long last)
    {
        lock (_gate)
            return [.. _counts.Where(row => row.Key >= first && row.Key <= last).OrderBy(row => row.Key).Select(row => new CountRecord { Id = row.Key, Data = row.Value })];
    }

    private void Commit(ReportChanges changes)
    {
        _writes++;
        _outbox = changes.Outbox;
        _chapters = changes.Chapters ?? _chapters;
        foreach (var number in changes.Numbers)
        {
            if (_numbers.Any(known => known.Kind == number.Kind && known.Id == number.Id)) throw new IntegrityException($"Number {number.Id} is taken.");
            _numbers.Add(number);
        }

        foreach (var row in changes.Computers)
        {
            if (_computers.Values.Any(known => known.Id != row.Id && known.ComputerId.AsSpan().SequenceEqual(row.ComputerId))) throw new IntegrityException($"Computer {row.Id} is there twice.");
            _computers[row.Id] = row;
        }

        foreach (var id in changes.RemovedBlocks)
            _blocks.Remove(id);
        foreach (var row in changes.Blocks)
            _blocks[row.Id] = row;
        if (_blocks.Values.Select(row => row.Outbox).Distinct().Count() != _blocks.Count) throw new IntegrityException("Two blocks have one number.");
        foreach (var row in changes.Counts)
            _counts[row.Id] = row.Data;
        foreach (var (id, child) in changes.Children)
        {
            if (child is null) _children.Remove(id);
            else _children[id] = child;
        }
    }

    private BlockRecord Joined(BlockRecord row) => new()
    {
        Id = row.Id,
        Computer = row.Computer,
        Part = row.Part,
        Outbox = row.Outbox,
        Data = row.Data,
        ComputerId = _computers[row.Computer].ComputerId,
        StatusIncarnation = _computers[row.Computer].StatusIncarnation,
    };
}
