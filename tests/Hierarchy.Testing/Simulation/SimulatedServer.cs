using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Succession;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>One server of the simulated tree: a root, or a replica with its parents. It can lose its power at any moment and come back with what its disk held, or with an old backup of it.</summary>
internal sealed partial class SimulatedServer
{
    private static readonly TimeSpan SilenceLimit = new FollowerOptions().SilenceLimit;
    private readonly SimulatedTree _tree;
    private readonly SimulatedDisk _disk;
    private LogImage _stored = LogImage.Empty;
    private ReportImage _storedReports = ReportImage.Empty;
    private RollupLink? _rollup;
    private bool _isRestored;
    private bool _isSecretlyOld;
    private AuthorityStart _start = AuthorityStart.Restart;
    private int _above;
    private int _life;
    private TimeSpan _frozenUntil;
    private TimeSpan _clock;
    private bool _isWorking;
    private SimulatedServer? _toBeTold;
    private Checkpoint? _served;

    public SimulatedServer(SimulatedTree tree, string name, bool isRoot)
    {
        _tree = tree;
        IsRoot = isRoot;
        Self = new ServerIdentity(tree.World.NewId(), name, $"http://{name}:8530");
        Url = new Uri($"http://{name}:8532");
        Lies = new LyingParent(tree);
        _disk = new SimulatedDisk(tree);
        Losses = new SimulatedLosses(_disk);
    }

    public ServerIdentity Self { get; }

    public Uri Url { get; }

    public LyingParent Lies { get; }

    public IReadOnlyList<Uri> Parents { get; set; } = [];

    public bool IsRoot { get; private set; }

    public bool IsUp { get; private set; }

    public MemoryLog? Log { get; private set; }

    public SimulatedSource? Source { get; private set; }

    public SimulatedFollower? Follower { get; private set; }

    /// <summary>What computers and those below report; null while it is down.</summary>
    public SimulatedReports? Reports { get; private set; }

    /// <summary>What it held of histories that others took the place of.</summary>
    public SimulatedLosses Losses { get; }

    /// <summary>What it held when another server had become the root and it was made a replica; null for all others.</summary>
    public LogImage? Ceded { get; private set; }

    /// <summary>The calls of those below.</summary>
    public List<FeedLink> Links { get; } = [];

    /// <summary>The calls in which those below report.</summary>
    public List<RollupLink> RollupLinks { get; } = [];

    /// <summary>The call to the parent.</summary>
    public FeedLink? Upward { get; private set; }

    /// <summary>What clients are served: null while there is nothing.</summary>
    public Checkpoint? Served => !IsUp ? null : Log is MemoryAuthorityLog { Head: var head } ? new Checkpoint(head.Position, head.Count, head.Digest, Now, default) : _served;

    /// <summary>What its disk holds.</summary>
    public LogImage Image => IsUp ? Log!.Image : _stored; // it was started

    public bool IsLive => IsUp && (IsRoot || Follower!.Machine.Status.Phase == FollowerPhase.Live); // up replicas have one

    /// <summary>This server's own clock.</summary>
    public DateTimeOffset Now => _tree.World.Now + _clock;

    public void Start()
    {
        IsUp = true;
        if (IsRoot)
        {
            // As the product does: the mark counts before whatever else was said of the start.
            var log = new MemoryAuthorityLog(_stored, _tree.World.NewId, _mark is null ? _start : AuthorityStart.Halted, _above);
            (_start, _above) = (AuthorityStart.Restart, 0);
            log.Committed += OnDurable;
            if (log.Opening is { } opening) OnDurable(opening);
            else _tree.Faults.Add("superseded root started again");
            Log = log;
            Follower = null;
        }
        else
        {
            var log = new MemoryMirrorLog(_stored);
            _served = log.Checkpoint;
            Log = log;
            Follower = new SimulatedFollower(log, Self, Parents, new FollowerOptions(), _tree.World.Random.NextDouble)
            {
                OnOutward = OnOutward,
                OnServe = OnServe,
                OnWrong = reason => _tree.Wrong(this, reason),
                OnIntroduced = OnIntroduced,
                Losses = new LossArchive(log, Losses, _tree.World),
                OnReplaced = OnReplaced,
            };
        }

        Source = new SimulatedSource(Log, Self, _tree.Options, () => Now);
        Source.Changed += () => Links.ForEach(link => link.Pump());
        if (IsRoot) Source.Newer = _mark;
        _disk.Watch(Log);
        Reports = new SimulatedReports(_storedReports, IsRoot, _isRestored, _tree.World.NewId, _disk);
        Tick();
        Work();
        // Old files that nobody speaks of are the worst where the line to the parent is down as well: by the time of the first call as many numbers are given as before.
        Later(_tree.World.Between(1, _isSecretlyOld ? 30_000 : 1000), Report);
        _isRestored = _isSecretlyOld = false;
        if (IsRoot && _toBeTold is { } other) Announce(other);
    }

    /// <summary>The report store has something new: it goes on its way up.</summary>
    public void OnReported() => _rollup?.Grown(Reports!.Outbox.Head); // it is up

    /// <summary>The root has more of this server's outbox: those below are told.</summary>
    public void OnRooted()
    {
        foreach (var link in RollupLinks.ToArray()) Later(TimeSpan.Zero, link.Tell);
    }

    /// <summary>The call to the parent is over.</summary>
    public void RollupEnded(RollupLink link)
    {
        if (_rollup != link) return;
        _rollup = null;
        Later(_tree.World.Between(100, 3000), Report);
    }

    /// <summary>Breaks the call in which it reports.</summary>
    public void CutRollup() => _rollup?.Cut();

    /// <summary>A backup of everything.</summary>
    public SimulatedBackup Backup() => new(Log!.Image, Reports!.Image, Losses.Image, _mark, _tree.World.Elapsed); // it is up

    /// <summary>The power fails. A root has everything on disk; a mirror may lose its newest transactions.</summary>
    public void Crash()
    {
        if (!IsUp) return;
        var world = _tree.World;
        Stop(IsRoot ? Log!.Image : Log!.AfterPowerLoss(world.OneIn(4) ? world.Random.Next(65) : world.OneIn(3) ? 0 : world.Random.Next(6))); // it was started
        StartLater();
    }

    /// <summary>Comes back with an old backup. A root is told of its loss, or (a mere restart) is not; nor is a replica where nobody says so.</summary>
    public void Restore(SimulatedBackup backup, AuthorityStart start, bool isSaid = true)
    {
        if (!IsUp) return;
        Stop(Log!.Image); // it was started
        if (IsRoot) _tree.Oracle.OnRestored(this, backup.Log);
        Losses.Image = backup.Losses;
        Unmark(backup.Mark);
        _tree.ReportOracle.OnRestored(this, backup.Time);
        (_stored, _storedReports, _start) = (backup.Log, backup.Reports, start);
        _isRestored = isSaid && (!IsRoot || start == AuthorityStart.AfterLoss);
        _isSecretlyOld = !isSaid;
        StartLater();
    }

    /// <summary>Goes on as the root from what it serves, above every epoch that was heard of, or as a replica of another.</summary>
    public void ChangeRole(bool isRoot, int above)
    {
        if (IsUp) Stop(Log!.Image); // it was started
        IsRoot = isRoot;
        Unmark(null);
        var head = _stored.Head;
        if (isRoot) _tree.Oracle.OnLoss(_stored);
        else Ceded = _stored;
        _stored = _stored with
        {
            Staging = StagingState.None,
            Staged = null,
            Checkpoint = isRoot ? null : new Checkpoint(head.Position, head.Count, head.Digest, Now, default),
        };
        (_start, _above) = (AuthorityStart.AfterLoss, above);
        StartLater();
    }

    /// <summary>The whole machine stands still; when it goes on, time has passed.</summary>
    public void Freeze(TimeSpan time) => _frozenUntil = _tree.World.Elapsed + time;

    /// <summary>The clock is set.</summary>
    public void JumpClock(TimeSpan by) => _clock += by;

    /// <summary>Does it after a while, if this life of the server lasts so long; false when it is down.</summary>
    public bool Later(TimeSpan delay, Action action)
    {
        if (!IsUp) return false;
        var life = _life;
        _tree.World.After(delay, Run);
        return true;

        void Run()
        {
            if (life != _life) return;
            if (_frozenUntil > _tree.World.Elapsed) _tree.World.After(_frozenUntil - _tree.World.Elapsed, Run);
            else Guard(action);
        }
    }

    /// <summary>Does something at this server, which may lose its power over it.</summary>
    public void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (PowerLossException)
        {
            Crash();
        }
    }

    /// <summary>Does what there is to do, one step at a time.</summary>
    public void Work()
    {
        if (_isWorking || Follower is not { } follower || (follower.IsIdle && Upward is not { HasNews: true })) return;
        _isWorking = Later(_tree.World.Between(0.1, 4), () =>
        {
            _isWorking = false;
            if (!follower.Step()) Hear(follower);
            Work();
        });
    }

    private void StartLater()
    {
        var life = ++_life;
        _tree.World.After(_tree.World.Between(10, 2000), () =>
        {
            if (life == _life) Start();
        });
    }

    private void Stop(LogImage stored)
    {
        if (IsRoot) _tree.Oracle.OnDied(stored);
        _tree.Oracle.OnForgotten(this);
        _stored = stored;
        _storedReports = Reports!.Image; // it was started
        Reports = null;
        IsUp = _isWorking = _isRepairing = false;
        _life++;
        foreach (var link in Links.ToArray()) link.Cut();
        foreach (var link in RollupLinks.ToArray()) link.Cut();
        Upward?.Cut();
        _rollup?.Cut();
        Upward = null;
        _rollup = null;
        Follower = null;
        Source = null;
    }

    /// <summary>Calls the server that is followed, or the preferred one, to report to it, until another one is followed.</summary>
    private void Report()
    {
        if (IsRoot || _rollup is not null) return;
        _rollup = new RollupLink(_tree, this, Upward?.To ?? _tree.Find(Parents[0]));
        _rollup.Open();
        LookForParent(_rollup);
    }

    private void LookForParent(RollupLink link) => Later(TimeSpan.FromSeconds(1), () =>
    {
        if (_rollup != link) return;
        if (IsLive && Upward is { } parent && parent.To != link.To) link.Cut();
        else LookForParent(link);
    });

    private void OnOutward(FollowerEffect effect)
    {
        switch (effect)
        {
            case FollowerEffect.Connect connect:
                var link = Upward = new FeedLink(_tree, this, _tree.Find(Parents[connect.Parent]));
                _tree.World.After(_tree.Latency(), () => link.Open(link.To.Source, connect.Hello));
                if (_tree.HasFaults && _tree.Plan.Duplicates && _tree.World.OneIn(4)) Duplicate(link, connect);
                break;
            case FollowerEffect.Repair repair:
                Repair(_tree.Find(Parents[repair.Parent]), repair.Thorough);
                break;
            case FollowerEffect.Disconnect:
                Upward?.Drop();
                Upward = null;
                break;
            case FollowerEffect.Wait wait:
                Later(wait.Delay, () =>
                {
                    Follower!.Elapse(); // up in this life
                    Work();
                });
                break;
        }
    }

    /// <summary>The same call arrives twice; nobody reads what the second one is sent, until it breaks.</summary>
    private void Duplicate(FeedLink link, FollowerEffect.Connect connect)
    {
        _tree.Faults.Add("duplicated call");
        var second = new FeedLink(_tree, this, link.To);
        _tree.World.After(_tree.Latency(), () => second.Open(second.To.Source, connect.Hello));
        _tree.World.After(_tree.World.Between(100, 60_000), second.Cut);
    }

    private void Hear(SimulatedFollower follower)
    {
        if (Upward is not { } link) return;
        if (link.Inbox.TryDequeue(out var frame))
        {
            link.Taken();
            follower.Receive(frame);
        }
        else if (link.End is { } end)
        {
            Upward = null;
            follower.End(end.Why, end.Reason);
        }
    }

    private void OnServe(FollowerEffect.Serve serve)
    {
        var checkpoint = serve.State.Checkpoint;
        _tree.Oracle.CheckServed(Self.Name, checkpoint, Log!.Image); // it serves
        _tree.Oracle.CheckForward(Self.Name, _served?.Position ?? default, checkpoint.Position);
        _served = checkpoint;
        Source!.Serve(serve.State, serve.Floor == Log.Head.Floor ? serve.Frame : null); // up
    }

    /// <summary>Nothing that another history has not is gone without being listed.</summary>
    private void OnReplaced(LogImage before)
    {
        var after = Log!.Image; // it has just folded
        if (before.Head.Position.IsEmpty) return;
        var common = before.Head.Position.Log != after.Head.Position.Log ? 0 : EpochHistory.Common(before.Epochs, before.Head.Position.Sequence, after.Epochs, after.Head.Position.Sequence);
        foreach (var record in before.Records.Values.Where(record => record.Sequence > common))
        {
            if (after.Records.TryGetValue(record.Sequence, out var held) && HistoryOracle.IsSame(record, held)) continue;
            if (!Losses.Lists(record)) throw _tree.Failed($"{Self.Name} lost {record.Sequence} of {before.Head.Position} to {after.Head.Position}, and lists it nowhere.");
            _tree.Faults.Add("lost record listed");
        }
    }

    private void OnIntroduced(FollowerEffect.Introduced introduced)
    {
        Guid[] mine = [Self.Id, .. introduced.Ancestry];
        var isSame = Source!.Ancestry.SequenceEqual(mine) && Source.Newer == introduced.Newer; // up
        (Source.Ancestry, Source.Newer) = (mine, introduced.Newer);
        if (isSame) return;
        foreach (var link in Links.ToArray()) link.Cut();
    }

    private void Tick() => Later(TimeSpan.FromSeconds(15), () =>
    {
        foreach (var link in Links.ToArray()) link.Bookmark();
        if (Upward is { HasNews: false } quiet && _tree.World.Elapsed - quiet.Heard > SilenceLimit)
        {
            quiet.Drop();
            Upward = null;
            Follower!.End(FeedEnd.Unavailable, "silent"); // it has a call
            Work();
        }

        Tick();
    });
}
