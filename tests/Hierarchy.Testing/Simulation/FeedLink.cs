using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Testing.Simulation;

/// <summary>One call of a follower at a parent, with the line between them: frames are delayed but stay in order, as in an HTTP/2 stream; nothing is ordered between calls.</summary>
internal sealed class FeedLink(SimulatedTree tree, SimulatedServer from, SimulatedServer to)
{
    private const int Window = 3;
    private TimeSpan _nextDelivery;
    private int _inFlight;
    private bool _isPumping;

    public SimulatedServer From => from;

    public SimulatedServer To => to;

    public bool IsCut { get; private set; }

    /// <summary>Nothing arrives any more, and nobody hears that the call is broken.</summary>
    public bool IsMute { get; set; }

    public Queue<FeedFrame> Inbox { get; } = new();

    public (FeedEnd Why, string Reason)? End { get; private set; }

    public bool HasNews => Inbox.Count > 0 || End is not null;

    /// <summary>When the follower last heard something.</summary>
    public TimeSpan Heard { get; private set; } = tree.World.Elapsed;

    private SimulatedCall? Call { get; set; }

    /// <summary>The call reaches the parent.</summary>
    public void Open(SimulatedSource? source, FollowerHello hello)
    {
        if (source is null || IsCut || !tree.IsReachable(from, to))
        {
            Cut();
            return;
        }

        to.Guard(() => to.Hear(hello.Position));
        if (IsCut || to.Source != source)
        {
            Cut();
            return;
        }

        Call = source.Open(hello);
        to.Links.Add(this);
        Pump();
    }

    public void Bookmark()
    {
        Call?.Bookmark();
        Pump();
    }

    /// <summary>The follower took a frame out of its inbox.</summary>
    public void Taken()
    {
        _inFlight--;
        Pump();
    }

    /// <summary>The source has something, or may send again.</summary>
    public void Pump()
    {
        if (_isPumping || IsCut || Call is null || !to.Links.Contains(this)) return;
        _isPumping = true;
        if (!to.Later(tree.World.Between(0.1, 3), Step)) _isPumping = false;
    }

    /// <summary>The follower lets it go.</summary>
    public void Drop()
    {
        IsCut = true;
        to.Links.Remove(this);
    }

    /// <summary>Both ends hear of it, each in its time; what was on its way is lost.</summary>
    public void Cut()
    {
        if (IsCut) return;
        IsCut = true;
        to.Links.Remove(this);
        tree.World.After(tree.Latency(), () => Ended(FeedEnd.Unavailable, "cut"));
    }

    private void Step()
    {
        _isPumping = false;
        if (Call is null || IsCut || _inFlight >= Window || !to.Links.Contains(this)) return;
        if (!Call.Step(out var frame))
        {
            if (!Call.IsEnded) return;
            var (why, reason) = Call.Refused is { } refused ? (FeedEnd.Refused, refused) : (FeedEnd.Unavailable, "ended");
            to.Links.Remove(this);
            Deliver(() => Ended(why, reason));
            return;
        }

        foreach (var sent in frame is null ? [] : to.Lies.Say(frame))
        {
            _inFlight++;
            Deliver(() => Received(sent));
        }

        Pump();
    }

    private void Deliver(Action action)
    {
        _nextDelivery = TimeSpan.FromTicks(Math.Max(_nextDelivery.Ticks + 1, (tree.World.Elapsed + tree.Latency()).Ticks));
        tree.World.After(_nextDelivery - tree.World.Elapsed, action);
    }

    private void Received(FeedFrame frame)
    {
        if (from.Upward != this || IsCut || IsMute) return;
        Heard = tree.World.Elapsed;
        tree.World.Note(frame.Bytes.Length);
        Inbox.Enqueue(frame);
        from.Work();
    }

    private void Ended(FeedEnd why, string reason)
    {
        if (from.Upward != this || IsMute) return;
        End = (why, reason);
        from.Work();
    }
}
