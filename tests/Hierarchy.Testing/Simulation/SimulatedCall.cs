using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Testing.Simulation;

/// <summary>One follower's call at a source, one effect a step.</summary>
internal sealed class SimulatedCall(SimulatedSource source, FeedSession session)
{
    private readonly Queue<FeedEffect> _effects = new(session.Open());

    public FeedSession Session => session;

    public bool IsEnded { get; private set; }

    public string? Refused { get; private set; }

    /// <summary>Takes the next step. True: it did something, and wrote a frame unless that is null. False: it waits for the tail, or has ended.</summary>
    public bool Step(out FeedFrame? frame)
    {
        frame = null;
        if (IsEnded || !_effects.TryPeek(out var effect)) return false;
        switch (effect)
        {
            case FeedEffect.Send send:
                _effects.Dequeue();
                frame = send.Frame;
                return true;
            case FeedEffect.Read read:
                _effects.Dequeue();
                Enqueue(session.OnPage(source.Read(read.After)));
                return true;
            case FeedEffect.Tail tail:
                var answer = source.State.Tail.Next(tail.After, tail.Generation, out var entry);
                if (answer == FeedTail.Answer.Wait) return false;
                _effects.Dequeue();
                Enqueue(answer == FeedTail.Answer.Entry ? session.OnTail(entry!) : session.OnLost()); // an entry comes with that answer
                return true;
            case FeedEffect.Refuse refuse:
                Refused = refuse.Reason;
                IsEnded = true;
                return false;
            default:
                IsEnded = true;
                return false;
        }
    }

    /// <summary>The bookmark's time has come; nothing happens unless the call waits for the tail.</summary>
    public void Bookmark()
    {
        if (!IsEnded && _effects.Count == 1 && _effects.Peek() is FeedEffect.Tail)
        {
            _effects.Dequeue();
            Enqueue(session.OnBookmark());
        }
    }

    /// <summary>Everything until it waits or ends.</summary>
    public List<FeedMessage> Drain()
    {
        var messages = new List<FeedMessage>();
        while (Step(out var frame))
            if (frame is not null)
                messages.Add(FeedCodec.Read(frame.Bytes));
        return messages;
    }

    private void Enqueue(IReadOnlyList<FeedEffect> effects)
    {
        foreach (var effect in effects) _effects.Enqueue(effect);
    }
}
