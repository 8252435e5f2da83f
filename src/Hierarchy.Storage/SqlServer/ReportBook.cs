using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.SqlServer;

/// <summary>The writer of the report store: merges groups of work in memory and writes each as one transaction, under the condition that nobody else has written since. Used by one thread.</summary>
internal sealed class ReportBook(IReportTables tables, bool isRoot, ComputerGroups groupsOf, Action<OutboxState, IReadOnlyDictionary<string, ChildRecord>> publish)
{
    private readonly ReportRows _rows = new(tables);
    private readonly Dictionary<string, ChildRecord?> _changedChildren = new(StringComparer.Ordinal);
    private ReportMerger? _merger;
    private Dictionary<string, ChildRecord> _children = new(StringComparer.Ordinal);
    private OutboxState _durable = new(Guid.Empty, 0, 0, Guid.Empty, 0, 0);
    private volatile OutboxChapters _chapters = OutboxChapters.None;
    private OutboxChapters? _begun;
    private long _writes;
    private bool _changed;

    // Memory may lag behind the tables: a transaction failed, and perhaps came through.
    private bool _isUncertain = true;

    /// <summary>After every change of the store, with the new outbox head.</summary>
    public event Action<long>? Changed;

    /// <summary>What the reading side needs to know numbers by.</summary>
    public ReportRows Rows => _rows;

    /// <summary>Which opening gave which numbers.</summary>
    public OutboxChapters Chapters => _chapters;

    /// <summary>Takes what the tables hold, draws the outbox's incarnation if it is new or the store was restored, and begins a chapter.</summary>
    public void Open(bool isRestored)
    {
        var chapter = Guid.NewGuid();
        var opening = new ReportWork<int>([], bytes: 0, book => book.BeginChapter(chapter) + (isRestored ? book.Renew() : 0), CancellationToken.None);
        if (TryCommit([opening]) is { } failure) throw failure;
    }

    /// <summary>Does a group of work in one transaction and answers it; null, or why it failed with nobody answered.</summary>
    public Exception? TryCommit(IReadOnlyList<ReportWork> group)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                if (_isUncertain) Load();
                Begin([.. group.SelectMany(work => work.ComputerIds).Distinct(StringComparer.Ordinal)]);
                foreach (var work in group)
                    work.Execute(this);
                if (!Prepare()) break;
                _isUncertain = true;
                if (tables.Write(_rows.Changes(_writes, _begun, [.. _changedChildren])))
                {
                    Commit();
                    break;
                }

                if (attempt == RetryPolicy.Attempts)
                    return new UnavailableException($"{tables.Name}: another server writes to these reports. Stop it, or give this one a schema of its own.");
            }
        }
        // Whatever it is, it is the callers' answer.
        catch (Exception exception)
        {
            return exception;
        }

        foreach (var work in group)
            work.Complete();
        return null;
    }

    /// <summary>Merges reports; returns how many of them changed something.</summary>
    public int Merge(IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child)
    {
        var changed = Merger.Merge(computers, statuses);
        _changed |= changed > 0;
        if (child is not null) Put(child);
        return changed;
    }

    /// <summary>Counts computers under the groups that they are in now; returns how many had moved.</summary>
    public int Regroup(IReadOnlyCollection<string> computerIds)
    {
        var moved = Merger.Regroup(computerIds);
        _changed |= moved > 0;
        return moved;
    }

    /// <summary>Keeps what the parent has, what the root has, and what follows for the children.</summary>
    public long Acknowledge(long received, long rooted, Guid rootLife)
    {
        var outbox = _rows.Outbox.Acknowledged(received, rooted, rootLife, out var isTakenBack);
        if (isTakenBack) Remark();
        _rows.Outbox = outbox;
        if (rooted <= outbox.Rooted) return outbox.Rooted;
        _rows.Outbox = outbox with { Rooted = rooted };
        foreach (var child in Children().Where(child => child.Marks.Any(mark => mark.Own <= rooted)).ToArray())
            Change(child with
            {
                Rooted = Math.Max(child.Rooted, child.Marks.Where(mark => mark.Own <= rooted).Max(mark => mark.Through)),
                Marks = [.. child.Marks.Where(mark => mark.Own > rooted)],
            });
        return rooted;
    }

    /// <summary>A new life of the outbox.</summary>
    public int Renew()
    {
        _rows.Outbox = _rows.Outbox.Renewed();
        Remark();
        return 0;
    }

    private int BeginChapter(Guid id)
    {
        _begun = _chapters.Begin(_rows.Outbox.Head, id);
        _changed = true;
        return 0;
    }

    /// <summary>Forgets how far the children's outboxes were taken.</summary>
    public int ForgetChildren()
    {
        foreach (var child in Children().ToArray())
            _changedChildren[child.ServerId] = null;
        _changed = true;
        return 0;
    }

    private ReportMerger Merger => _merger ??= new ReportMerger(_rows, groupsOf);

    private void Load()
    {
        var state = tables.Load();
        _rows.Load(state);
        var known = _durable;
        _durable = state.Outbox;
        _chapters = state.Chapters;
        _writes = state.Writes;
        _children = state.Children.ToDictionary(child => child.ServerId, StringComparer.Ordinal);
        _isUncertain = false;
        // The database came back as it was before: numbers above its head were given, and must not be given again in the same life.
        if (state.Outbox.Incarnation == known.Incarnation && known.Incarnation != Guid.Empty && state.Outbox.Head < known.Head) _durable = _durable.Renewed();
        publish(_durable, _children);
    }

    private void Begin(IReadOnlyCollection<string> computerIds)
    {
        _rows.Begin(_durable, computerIds);
        _changedChildren.Clear();
        _begun = null;
        _changed = false;
        Merger.Begin();
        if (_durable.Incarnation != Guid.Empty) return;
        _rows.Outbox = _rows.Outbox with { Incarnation = Guid.NewGuid() };
        _changed = true;
    }

    private bool Prepare()
    {
        Merger.Finish();
        if (isRoot) _rows.Outbox = _rows.Outbox with { Rooted = _rows.Outbox.Head, RootLife = _rows.Outbox.Incarnation };
        // What a parent has is worth no transaction of its own: it is said again at the next call.
        return _changed || _changedChildren.Count > 0 || _rows.Outbox with { Clean = 0 } != _durable with { Clean = 0 };
    }

    private void Commit()
    {
        var grown = _rows.Outbox.Head > _durable.Head;
        _durable = _rows.Outbox;
        _chapters = _begun ?? _chapters;
        _writes++;
        var children = new Dictionary<string, ChildRecord>(_children, StringComparer.Ordinal);
        foreach (var (id, child) in _changedChildren)
        {
            if (child is null) children.Remove(id);
            else children[id] = child;
        }

        _children = children;
        _rows.Committed();
        _isUncertain = false;
        publish(_durable, _children);
        if (grown) Changed?.Invoke(_durable.Head);
    }

    private IEnumerable<ChildRecord> Children() =>
        _children.Values.Where(child => !_changedChildren.ContainsKey(child.ServerId)).Concat(_changedChildren.Values.OfType<ChildRecord>());

    private ChildRecord? Child(string serverId) => _changedChildren.TryGetValue(serverId, out var changed) ? changed : _children.GetValueOrDefault(serverId);

    private void Change(ChildRecord child) => _changedChildren[child.ServerId] = child;

    // Nothing of this outbox is rooted, so nothing of a child's is: whatever came from a child is here, with a number of at most the head.
    private void Remark()
    {
        foreach (var child in Children().ToArray())
            Change(child with { Rooted = 0, Marks = [new ChildMark(_rows.Outbox.Head, child.Received)] });
        _changed = true;
    }

    // Everything that came from the child so far has an own number of at most the head now, or was already here with one: once the root has that, the child may forget.
    private void Put(ChildOutbox child)
    {
        var isRooted = isRoot || _rows.Outbox.Head <= _rows.Outbox.Rooted;
        var known = Child(child.ServerId) is { } found && found.Incarnation == child.Incarnation ? found : new ChildRecord(child.ServerId, child.Incarnation, 0, 0, Guid.Empty, []);
        var marks = known.Marks;
        if (!isRooted)
        {
            var through = Math.Max(child.Received, marks.Where(mark => mark.Own == _rows.Outbox.Head).Select(mark => mark.Through).DefaultIfEmpty(0).Max());
            marks = [.. marks.Where(mark => mark.Own != _rows.Outbox.Head), new ChildMark(_rows.Outbox.Head, through)];
        }

        var chapter = child.Received >= known.Received ? child.Chapter : known.Chapter;
        Change(known with { Received = Math.Max(known.Received, child.Received), Chapter = chapter, Rooted = isRooted ? Math.Max(known.Rooted, child.Received) : known.Rooted, Marks = marks });
        _changed = true;
    }
}

/// <summary>What one caller wants of the report store. It may be executed several times.</summary>
internal abstract class ReportWork(IReadOnlyCollection<string> computerIds, long bytes, CancellationToken cancellationToken) : QueuedWork(cancellationToken)
{
    /// <summary>Computers whose rows are read ahead.</summary>
    public IReadOnlyCollection<string> ComputerIds => computerIds;

    public override int Weight => computerIds.Count;

    public override long Bytes => bytes;

    /// <summary>Within the transaction, in the order of the callers.</summary>
    public abstract void Execute(ReportBook book);
}

/// <summary>Work with an answer.</summary>
internal sealed class ReportWork<TResult>(IReadOnlyCollection<string> computerIds, long bytes, Func<ReportBook, TResult> execute, CancellationToken cancellationToken)
    : ReportWork(computerIds, bytes, cancellationToken), IAnswered<TResult>
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> Answer => _answer.Task;

    public override void Execute(ReportBook book) => _result = execute(book);

    public override void Complete() => _answer.TrySetResult(_result!);

    public override void Fail(Exception exception) => Fail(_answer, exception);
}
