using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>One server of the simulated tree: a root, or a replica with its parents. It can lose its power at any moment and come back with what its disk held.</summary>
internal sealed class SimulatedServer(SimulatedTree tree, string name, bool isRoot)
{
    private const int Window = 3;
    private readonly List<Link> _links = [];
    private LogImage _disk = LogImage.Empty;
    private int _life;
    private Link? _upward;
    private Position _served;

    public ServerIdentity Self { get; } = new(tree.World.NewId(), name, $"http://{name}:8530");

    public Uri Url { get; } = new($"http://{name}:8532");

    public IReadOnlyList<Uri> Parents { get; set; } = [];

    public bool IsUp { get; private set; }

    public MemoryLog? Log { get; private set; }

    public SimulatedSource? Source { get; private set; }

    public SimulatedFollower? Follower { get; private set; }

    public bool IsLive => IsUp && (isRoot || Follower!.Machine.Status.Phase == FollowerPhase.Live); // up replicas have one

    public void Start()
    {
        IsUp = true;
        if (isRoot)
        {
            var log = new MemoryAuthorityLog(_disk, tree.World.NewId);
            log.Committed += transaction => tree.Remember(transaction.Head);
            tree.Remember(log.Head);
            Log = log;
        }
        else
        {
            var log = new MemoryMirrorLog(_disk);
            _served = log.Head.Position;
            Log = log;
            Follower = new SimulatedFollower(log, Self, Parents, new FollowerOptions(), tree.World.Random.NextDouble)
            {
                OnOutward = OnOutward,
                OnServe = OnServe,
                OnWrong = reason => tree.Wrong(this, reason),
                OnIntroduced = OnIntroduced,
            };
        }

        Source = new SimulatedSource(Log, Self, tree.Options, () => tree.World.Now);
        Source.Changed += () => _links.ForEach(Pump);
        Tick(_life);
        Work();
    }

    /// <summary>The power fails. A root has everything on disk; a mirror may lose its newest transactions.</summary>
    public void Crash()
    {
        if (!IsUp) return;
        _disk = isRoot ? Log!.Image : Log!.AfterPowerLoss(tree.World.Random.Next(6)); // it was started
        IsUp = false;
        _life++;
        foreach (var link in _links.ToArray()) Cut(link);
        if (_upward is not null) Cut(_upward);
        Follower = null;
        Source = null;
        tree.World.After(tree.World.Between(10, 2000), Start);
    }

    /// <summary>The call to the parent breaks.</summary>
    public void CutUpward()
    {
        if (_upward is not null) Cut(_upward);
    }

    private void OnOutward(FollowerEffect effect)
    {
        var life = _life;
        switch (effect)
        {
            case FollowerEffect.Connect connect:
                var link = _upward = new Link(this, tree.Find(Parents[connect.Parent]));
                tree.World.After(tree.Latency(), () => link.To.Accept(link, connect.Hello));
                break;
            case FollowerEffect.Disconnect:
                if (_upward is { } old) old.To.Drop(old);
                _upward = null;
                break;
            case FollowerEffect.Wait wait:
                tree.World.After(wait.Delay, () =>
                {
                    if (life != _life) return;
                    Follower!.Elapse(); // up in this life
                    Work();
                });
                break;
        }
    }

    private void Accept(Link link, FollowerHello hello)
    {
        if (!IsUp || link.IsCut)
        {
            Cut(link);
            return;
        }

        link.Call = Source!.Open(hello); // up
        _links.Add(link);
        Pump(link);
    }

    private void Pump(Link link)
    {
        if (link.IsPumping || link.IsCut || link.Call is null || !_links.Contains(link)) return;
        link.IsPumping = true;
        tree.World.After(tree.World.Between(0.1, 3), () =>
        {
            link.IsPumping = false;
            if (!IsUp || link.IsCut || link.InFlight >= Window || !_links.Contains(link)) return;
            if (!link.Call.Step(out var frame))
            {
                if (!link.Call.IsEnded) return;
                var (why, reason) = link.Call.Refused is { } refused ? (FeedEnd.Refused, refused) : (FeedEnd.Unavailable, "ended");
                _links.Remove(link);
                Deliver(link, () => link.From.Ended(link, why, reason));
                return;
            }

            if (frame is not null)
            {
                link.InFlight++;
                var sent = tree.Tamper(frame);
                Deliver(link, () => link.From.Received(link, sent));
            }

            Pump(link);
        });
    }

    private void Deliver(Link link, Action action)
    {
        // In order within a call, as HTTP/2 streams are; between calls in any order.
        link.NextDelivery = TimeSpan.FromTicks(Math.Max(link.NextDelivery.Ticks + 1, (tree.World.Elapsed + tree.Latency()).Ticks));
        tree.World.After(link.NextDelivery - tree.World.Elapsed, action);
    }

    private void Received(Link link, FeedFrame frame)
    {
        if (_upward != link || link.IsCut) return;
        link.Inbox.Enqueue(frame);
        Work();
    }

    private void Ended(Link link, FeedEnd why, string reason)
    {
        if (_upward != link) return;
        link.End = (why, reason);
        Work();
    }

    private void Work()
    {
        if (Follower is not { } follower || follower.IsIdle && _upward is not { HasNews: true }) return;
        var life = _life;
        if (_working) return;
        _working = true;
        tree.World.After(tree.World.Between(0.1, 4), () =>
        {
            _working = false;
            if (life == _life)
            {
                if (!follower.Step()) Hear(follower);
            }

            Work();
        });
    }

    private bool _working;

    private void Hear(SimulatedFollower follower)
    {
        if (_upward is not { } link) return;
        if (link.Inbox.TryDequeue(out var frame))
        {
            link.InFlight--;
            follower.Receive(FeedCodec.Read(frame.Bytes));
            link.To.Pump(link);
        }
        else if (link.End is { } end)
        {
            _upward = null;
            follower.End(end.Why, end.Reason);
        }
    }

    private void OnServe(FollowerEffect.Serve serve)
    {
        var position = serve.State.Checkpoint.Position;
        tree.CheckServed(this, serve.State.Checkpoint);
        if (position.Epoch < _served.Epoch || (position.Epoch == _served.Epoch && position.Sequence < _served.Sequence))
            throw new InvalidOperationException($"{Self.Name} served {position} after {_served}.");
        _served = position;
        Source!.Serve(serve.State, serve.Floor == Log!.Head.Floor ? serve.Frame : null); // up
    }

    private void OnIntroduced(IReadOnlyList<Guid> ancestry)
    {
        Guid[] mine = [Self.Id, .. ancestry];
        if (Source!.Ancestry.SequenceEqual(mine)) return; // up
        Source.Ancestry = mine;
        foreach (var link in _links.ToArray()) Cut(link);
    }

    private void Drop(Link link)
    {
        link.IsCut = true;
        _links.Remove(link);
    }

    /// <summary>Both ends hear of it, each in its time; what was on its way is lost.</summary>
    private void Cut(Link link)
    {
        if (link.IsCut) return;
        link.IsCut = true;
        link.To._links.Remove(link);
        var child = link.From;
        tree.World.After(tree.Latency(), () => child.Ended(link, FeedEnd.Unavailable, "cut"));
    }

    private void Tick(int life) => tree.World.After(TimeSpan.FromSeconds(15), () =>
    {
        if (life != _life) return;
        foreach (var link in _links)
        {
            link.Call!.Bookmark(); // links here have one
            Pump(link);
        }

        Tick(life);
    });

    private sealed class Link(SimulatedServer from, SimulatedServer to)
    {
        public SimulatedServer From => from;

        public SimulatedServer To => to;

        public SimulatedCall? Call { get; set; }

        public Queue<FeedFrame> Inbox { get; } = new();

        public (FeedEnd Why, string Reason)? End { get; set; }

        public int InFlight { get; set; }

        public TimeSpan NextDelivery { get; set; }

        public bool IsPumping { get; set; }

        public bool IsCut { get; set; }

        public bool HasNews => Inbox.Count > 0 || End is not null;
    }
}
