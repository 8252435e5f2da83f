using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// Commits groups of work against the head that this server knows, and finds out what became of the head when it does not stand there: another server of this epoch wrote (the work is planned again on
/// top), another one began an epoch (this one is superseded), or the database came back as it was before (this one stops). Used by one thread, except <see cref="Halt"/> and <see cref="Stop"/>.
/// </summary>
internal sealed class LogCommitter(ILogTables tables, Action<LogView> publish)
{
    private const int MostRounds = 1000;

    private readonly Lock _stopGate = new();
    private LogView _known = LogView.Empty;

    // A transaction whose answer never came; found out before anything else is written.
    private CommitPlan? _uncertain;
    private volatile string? _halted;
    private volatile string? _stopped;
    private ReadOnlyMemory<byte> _publicKey;

    /// <summary>Every committed transaction, in order, after it is durable; those of other servers of this epoch as one.</summary>
    public event Action<CommittedTransaction>? Transaction;

    /// <summary>The database came back without something that was committed.</summary>
    public event Action<string>? Rewound;

    public string? Halted => _halted;

    /// <summary>Refuses every write from now on.</summary>
    public void Halt(string reason) => _halted = reason;

    /// <summary>Takes what the tables hold.</summary>
    public void Open() => Show(tables.Read());

    /// <summary>Begins the next epoch, and the log itself if it is new.</summary>
    public void BeginEpoch(AuthorityStart start, int above, ReadOnlyMemory<byte> publicKey)
    {
        _publicKey = publicKey;
        tables.LeaveStaging(start);
        for (var attempt = 1; ; attempt++)
        {
            var plan = PlanEpoch(_known, start, above);
            if (tables.Write(plan))
            {
                Show(plan.Written);
                return;
            }

            // Another server opened the log at the same moment: ours comes on top of its epoch, and supersedes it.
            if (attempt == RetryPolicy.Attempts)
                throw new UnavailableException($"{tables.Name}: other servers keep writing to this log, so no epoch could be begun. Stop them: a log has one root.");
            Open();
        }
    }

    /// <summary>Writes a group as one transaction and answers its callers; null, or why it failed with nobody answered.</summary>
    public Exception? TryCommit(IReadOnlyList<LogWork> group)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                Refuse();
                if (_uncertain is not null || group.Any(work => work.SeesOthers)) Resolve();
                if (Attempt(group)) return null;
                // Another server was faster, and nothing else can be the cause: each round brought the log forward.
                if (attempt == MostRounds) return new UnavailableException($"{tables.Name}: other servers write to this log faster than this one can. Try again.");
                Resolve();
            }
        }
        // Whatever it is, it is the callers' answer.
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Nothing is written or read any more, until the server is restarted.</summary>
    public UnavailableException Stop(LogHead found)
    {
        lock (_stopGate)
        {
            if (_stopped is { } known) return new UnavailableException(known);
            _stopped = $"{tables.Name}: the log stands at {found.Position} there, and this server had come to {_known.Head.Position}: the database came back as it was before. "
                + "What lies between is lost. The server starts again, in a new epoch and with what is there; decide anew what was decided since.";
        }

        BeginAfterLoss(_known.Head);
        Rewound?.Invoke(_stopped);
        return new UnavailableException(_stopped);
    }

    /// <summary>Throws when this server has to be restarted before it reads or writes again.</summary>
    public void ThrowIfStopped()
    {
        if (_stopped is { } stopped) throw new UnavailableException(stopped);
    }

    // False when the head does not stand where it is known to stand.
    private bool Attempt(IReadOnlyList<LogWork> group)
    {
        var keys = group.SelectMany(work => work.Keys).Distinct(RecordKeyComparer.Instance).ToArray();
        var found = tables.Find(keys);
        // A row that is newer than the head which is known: the plan would rest on two states.
        if (found.Any(record => record.Sequence > _known.Head.Position.Sequence)) return false;

        var plan = new CommitPlan(_known, found);
        foreach (var work in group)
            work.Plan(plan);
        if (!plan.IsEmpty && !Write(plan)) return false;
        Finish(plan, group);
        return true;
    }

    private bool Write(CommitPlan plan)
    {
        try
        {
            return tables.Write(plan);
        }
        catch (UnavailableException)
        {
            // Committed or not, the answer did not come.
            _uncertain = plan;
            if (Resolve() == HeadFinding.Committed) return true;
            throw;
        }
    }

    // After it, what this server knows is what the tables hold, or it writes no more.
    private HeadFinding Resolve()
    {
        if (_uncertain is { } planned)
        {
            var (head, writes) = tables.Fence();
            _uncertain = null;
            switch (HeadFindings.Judge(_known.Head, planned.After, head))
            {
                case HeadFinding.Same:
                    Show(_known with { Writes = writes });
                    return HeadFinding.Same;
                case HeadFinding.Committed:
                    Show(planned.Written with { Writes = writes });
                    Transaction.Tell(planned.Transactions);
                    return HeadFinding.Committed;
            }
        }

        // Without a fence: it counts as a write, and two servers that fence each other would never come to write anything else.
        var (view, records) = tables.ReadSince(_known.Head.Position.Sequence);
        var finding = HeadFindings.Judge(_known.Head, planned: null, view.Head);
        switch (finding)
        {
            case HeadFinding.Same:
                Show(_known with { Writes = view.Writes });
                break;
            case HeadFinding.Ahead:
                Show(view);
                if (records.Count > 0) Transaction.Tell([new CommittedTransaction(records, view.Head)]);
                break;
            case HeadFinding.Superseded:
                Halt($"{tables.Name}: another server has begun epoch {view.Head.Position.Epoch} of this log, after this one's epoch {_known.Head.Position.Epoch}. Stop this server, or the other one.");
                break;
            default:
                throw Stop(view.Head);
        }

        Refuse();
        return finding;
    }

    private void Finish(CommitPlan plan, IReadOnlyList<LogWork> group)
    {
        Exception? failure = null;
        try
        {
            // One that was found to be committed is shown already.
            if (!plan.IsEmpty && _known.Head != plan.After)
            {
                Show(plan.Written);
                Transaction.Tell(plan.Transactions);
            }
        }
        // A defect of a subscriber; the writer goes on, and the callers learn of it.
        catch (Exception exception)
        {
            failure = new InvalidOperationException($"{tables.Name}: the commit is durable, but a subscriber failed on it.", exception);
        }

        foreach (var work in group)
        {
            if (failure is null) work.Complete();
            else work.Fail(failure);
        }
    }

    private CommitPlan PlanEpoch(LogView view, AuthorityStart start, int above)
    {
        var plan = new CommitPlan(view, tables.Find([RevisionNumberBlock.Key]));
        plan.Begin(Epoch.After(view.Head, start, above, Guid.NewGuid(), _publicKey), start == AuthorityStart.AfterLoss ? [RevisionNumberBlock.Skip(plan)] : []);
        return plan;
    }

    // What comes after must not repeat an epoch or a revision number that was given before the loss; this server knows of it now, and the next start would not.
    private void BeginAfterLoss(LogHead known)
    {
        try
        {
            for (var attempt = 1; attempt <= RetryPolicy.Attempts; attempt++)
            {
                var view = tables.Read();
                if (view.Head.Position.Log != known.Position.Log || tables.Write(PlanEpoch(view, AuthorityStart.AfterLoss, known.Position.Epoch))) return;
            }
        }
        catch (UnavailableException)
        {
            // The message that follows says what to do, and that is the same.
        }
    }

    private void Show(LogView view)
    {
        _known = view;
        publish(view);
    }

    /// <summary>Throws when this server may not write.</summary>
    public void Refuse()
    {
        ThrowIfStopped();
        if (_halted is { } halted) throw new SupersededException(halted);
    }
}
