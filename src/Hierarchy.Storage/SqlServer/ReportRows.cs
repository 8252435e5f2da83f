using System.Text;
using System.Text.Json;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Storage.SqlServer;

/// <summary>The rows of one transaction in memory: those of its computers are read ahead, in two questions for all of them, and what changes is written together at the end.</summary>
internal sealed class ReportRows : IReportRows
{
    private readonly Dictionary<string, ComputerRow?> _computers = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (long Outbox, byte[] Data)> _blocks = [];
    private readonly Dictionary<long, List<BlockKey>> _blocksOf = [];
    private readonly Dictionary<long, ComputerRow> _changedComputers = [];
    private readonly HashSet<long> _changedBlocks = [];
    private readonly HashSet<long> _removedBlocks = [];
    private readonly Dictionary<long, byte[]?> _counts = [];
    private readonly HashSet<long> _changedCounts = [];
    private readonly List<NumberRecord> _newNumbers = [];
    private readonly byte[] _packed = new byte[Math.Max(StatusBlock.MaxBytes, CountBlock.MaxBytes)];
    private readonly int[] _lastNumbers = new int[4];
    private readonly int[] _durableNumbers = new int[4];
    private readonly IReportTables _tables;
    private long _lastComputer;
    private long _durableComputer;

    public ReportRows(IReportTables tables)
    {
        _tables = tables;
        Updates = new NumberBook<Guid>(id => Number(ReportNumber.Update, id.ToByteArray(bigEndian: true)));
        Users = new NumberBook<string>(name => Number(ReportNumber.User, Encoding.UTF8.GetBytes(name)));
        Scopes = new NumberBook<GroupSet>(groups => Number(ReportNumber.Scope, groups.ToBytes()));
    }

    public NumberBook<Guid> Updates { get; }

    public NumberBook<string> Users { get; }

    public NumberBook<GroupSet> Scopes { get; }

    /// <summary>The outbox as the transaction has it.</summary>
    public OutboxState Outbox { get; set; } = new(Guid.Empty, 0, 0, Guid.Empty, 0, 0);

    /// <summary>Takes what the tables hold.</summary>
    public void Load(ReportState state)
    {
        _durableComputer = state.LastComputer;
        Array.Clear(_durableNumbers);
        foreach (var number in state.Numbers)
        {
            _durableNumbers[number.Kind] = Math.Max(_durableNumbers[number.Kind], number.Id);
            switch ((ReportNumber)number.Kind)
            {
                case ReportNumber.Update:
                    Updates.Load(new Guid(number.Value, bigEndian: true), number.Id);
                    break;
                case ReportNumber.User:
                    Users.Load(Encoding.UTF8.GetString(number.Value), number.Id);
                    break;
                default:
                    Scopes.Load(GroupSet.FromBytes(number.Value), number.Id);
                    break;
            }
        }
    }

    /// <summary>A transaction begins: what an earlier one left that failed is forgotten, and the rows of its computers are read.</summary>
    public void Begin(OutboxState outbox, IReadOnlyCollection<string> computerIds)
    {
        Outbox = outbox;
        _computers.Clear();
        _blocks.Clear();
        _blocksOf.Clear();
        _changedComputers.Clear();
        _changedBlocks.Clear();
        _removedBlocks.Clear();
        _counts.Clear();
        _changedCounts.Clear();
        _newNumbers.Clear();
        _durableNumbers.CopyTo(_lastNumbers, 0);
        _lastComputer = _durableComputer;
        Updates.Begin();
        Users.Begin();
        Scopes.Begin();
        ReadAhead(computerIds);
    }

    /// <summary>The transaction is durable.</summary>
    public void Committed()
    {
        _lastNumbers.CopyTo(_durableNumbers, 0);
        _durableComputer = _lastComputer;
        Updates.Committed();
        Users.Committed();
        Scopes.Committed();
    }

    /// <summary>Everything that has to be written.</summary>
    public ReportChanges Changes(long knownWrites, OutboxChapters? chapters, IReadOnlyList<KeyValuePair<string, ChildRecord?>> children) => new()
    {
        KnownWrites = knownWrites,
        Outbox = Outbox,
        Chapters = chapters,
        Numbers = [.. _newNumbers],
        Computers = [.. _changedComputers.Values.Select(Record)],
        RemovedBlocks = [.. _removedBlocks.Except(_changedBlocks)],
        Blocks = [.. _changedBlocks.Select(Block)],
        Counts = [.. _changedCounts.Select(id => new CountRecord { Id = id, Data = _counts[id] ?? [] })],
        Children = children,
    };

    public long NextNumber()
    {
        Outbox = Outbox with { Head = Outbox.Head + 1 };
        return Outbox.Head;
    }

    public ComputerRow? FindComputer(string computerId)
    {
        if (!_computers.ContainsKey(computerId)) ReadAhead([computerId]);
        return _computers[computerId];
    }

    public ComputerRow AddComputer(string computerId)
    {
        var row = new ComputerRow(++_lastComputer, computerId) { IsChanged = true };
        _computers[computerId] = row;
        _blocksOf[row.Key] = [];
        return row;
    }

    public void PutComputer(ComputerRow row) => _changedComputers[row.Key] = row;

    public int UpdateNumber(Guid updateId) => Updates.NumberOf(updateId);

    public int UserNumber(string user) => Users.NumberOf(user);

    public int ScopeNumber(GroupSet groups) => Scopes.NumberOf(groups);

    public long ReadBlock(BlockKey key, StatusBlock into)
    {
        if (!_blocks.TryGetValue(BlockId.Of(key), out var block))
        {
            into.Clear();
            return 0;
        }

        into.Unpack(block.Data);
        return block.Outbox;
    }

    public void PutBlock(BlockKey key, long number, StatusBlock block)
    {
        var id = BlockId.Of(key);
        if (!_blocks.ContainsKey(id)) _blocksOf[key.Computer].Add(key);
        _blocks[id] = (number, _packed.AsSpan(0, block.Pack(_packed)).ToArray());
        _changedBlocks.Add(id);
    }

    public IReadOnlyList<BlockKey> BlocksOf(long computer) => [.. _blocksOf[computer]];

    public void DeleteBlocks(long computer)
    {
        foreach (var key in _blocksOf[computer])
        {
            var id = BlockId.Of(key);
            _blocks.Remove(id);
            _changedBlocks.Remove(id);
            _removedBlocks.Add(id);
        }

        _blocksOf[computer] = [];
    }

    public void ReadCounts(int part, int scope, CountBlock into)
    {
        var id = BlockId.OfCounts(part, scope);
        if (!_counts.TryGetValue(id, out var data)) _counts[id] = data = _tables.FindCounts(id);
        if (data is null) into.Clear();
        else into.Unpack(data);
    }

    public void PutCounts(int part, int scope, CountBlock block)
    {
        var id = BlockId.OfCounts(part, scope);
        _counts[id] = _packed.AsSpan(0, block.Pack(_packed)).ToArray();
        _changedCounts.Add(id);
    }

    public static ComputerReport Report(ComputerRecord record) =>
        JsonSerializer.Deserialize<ComputerReport>(record.Report) ?? throw SqlServerErrors.Damaged("report store", $"the report of computer {record.Id} is none");

    private void ReadAhead(IReadOnlyCollection<string> computerIds)
    {
        foreach (var id in computerIds)
            _computers[id] = null;
        var found = new List<long>();
        foreach (var record in _tables.FindComputers(computerIds))
        {
            var computerId = Encoding.UTF8.GetString(record.ComputerId);
            _computers[computerId] = new ComputerRow(record.Id, computerId)
            {
                Outbox = record.Outbox ?? 0,
                Report = record.Report is null ? null : Report(record),
                StatusIncarnation = record.StatusIncarnation,
                Scope = record.Scope,
                States = ReportRow.ReadStates(record.States),
            };
            _blocksOf[record.Id] = [];
            found.Add(record.Id);
        }

        foreach (var block in _tables.FindBlocks(found))
        {
            _blocks[block.Id] = (block.Outbox, block.Data);
            _blocksOf[block.Computer].Add(BlockId.Key(block.Id));
        }
    }

    private int Number(ReportNumber kind, byte[] value)
    {
        var number = ++_lastNumbers[(int)kind];
        _newNumbers.Add(new NumberRecord { Kind = (int)kind, Id = number, Value = value });
        return number;
    }

    private BlockRecord Block(long id)
    {
        var key = BlockId.Key(id);
        return new BlockRecord { Id = id, Computer = key.Computer, Part = key.Part, Outbox = _blocks[id].Outbox, Data = _blocks[id].Data };
    }

    private static ComputerRecord Record(ComputerRow row)
    {
        Span<byte> states = stackalloc byte[320];
        return new ComputerRecord
        {
            Id = row.Key,
            ComputerId = Encoding.UTF8.GetBytes(row.ComputerId),
            Outbox = row.Report is null ? null : row.Outbox,
            StatusIncarnation = row.StatusIncarnation,
            Scope = row.Scope,
            States = states[..ReportRow.PackStates(row.States, states)].ToArray(),
            Report = row.Report is null ? null : JsonSerializer.SerializeToUtf8Bytes(row.Report),
        };
    }
}
