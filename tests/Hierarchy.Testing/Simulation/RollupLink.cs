using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Replication.Rollup;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// One call of a server's roll-up at its parent: the product's machine on the way up, and above it what the product's endpoint does. Each direction keeps its order; everything is delayed, and anything may be lost
/// with the call.
/// </summary>
internal sealed class RollupLink(SimulatedTree tree, SimulatedServer from, SimulatedServer to)
{
    private const int BatchRows = 5;
    private const int BatchesAhead = 3;
    private RollupMachine? _machine;
    private Guid _life;
    private readonly Line _up = new(tree, to);
    private readonly Line _down = new(tree, from);
    private long _received = -1;
    private long _rooted = -1;
    private Guid _rootLife;

    public SimulatedServer To => to;

    public bool IsCut { get; private set; }

    /// <summary>The child calls.</summary>
    public void Open()
    {
        _machine = new RollupMachine(from.Reports!.Outbox.Head, BatchesAhead, number => from.Reports!.Image.Chapters.Of(number)); // it is up, and in each of its lives
        _life = from.Reports.Outbox.Incarnation;
        if (!to.IsUp || !tree.IsReachable(from, to))
        {
            Cut();
            return;
        }

        to.RollupLinks.Add(this);
        Up(() =>
        {
            if (IsCut) return;
            var known = to.Reports!.FindChild(Child, _life); // it is up
            Acknowledge(known?.Received ?? 0, known?.Chapter ?? Guid.Empty);
        });
    }

    /// <summary>The child's outbox has grown.</summary>
    public void Grown(long head)
    {
        if (!IsCut && _machine is { } machine) Execute(machine.OnGrown(head));
    }

    /// <summary>The root has more, or is another: the child is told.</summary>
    public void Tell()
    {
        if (_received >= 0) Acknowledge(_received);
    }

    /// <summary>Both ends hear of it; what was on its way is lost.</summary>
    public void Cut()
    {
        if (IsCut) return;
        IsCut = true;
        to.RollupLinks.Remove(this);
        tree.World.After(tree.Latency(), () => from.RollupEnded(this));
    }

    private string Child => from.Self.Id.ToString("D");

    private void Execute(IReadOnlyList<RollupEffect> effects)
    {
        var open = new Queue<RollupEffect>(effects);
        var reports = from.Reports!; // it is up
        while (!IsCut && open.TryDequeue(out var effect))
        {
            switch (effect)
            {
                case RollupEffect.Read read:
                    foreach (var next in _machine!.OnRead(reports.ReadOutbox(read.After, BatchRows))) open.Enqueue(next); // there are effects of it
                    break;
                case RollupEffect.Send send:
                    var chapter = reports.Image.Chapters.Of(send.Page.Through);
                    Up(() => Take(send.Page, chapter));
                    break;
                case RollupEffect.Acknowledge acknowledged:
                    var before = (reports.Outbox.Rooted, reports.Outbox.RootLife);
                    reports.Acknowledge(acknowledged.Received, acknowledged.Rooted, acknowledged.RootLife);
                    if (before != (reports.Outbox.Rooted, reports.Outbox.RootLife)) from.OnRooted();
                    break;
                case RollupEffect.Renew:
                    reports.Renew(tree.World.NewId());
                    tree.Faults.Add("outbox began a new life");
                    Cut();
                    break;
            }
        }
    }

    /// <summary>A batch arrives at the parent.</summary>
    private void Take(OutboxPage page, Guid chapter)
    {
        if (to.Reports is not { } reports) return;
        if (page.Through < _received) throw new IntegrityException($"A batch ends at {page.Through}, and {_received} was acknowledged in this call.");
        try
        {
            reports.Merge(page.Computers, page.Statuses, new ChildOutbox(Child, _life, page.Through, Chapter: chapter));
        }
        catch (IOException)
        {
            Cut();
            return;
        }

        to.OnReported();
        Acknowledge(page.Through);
    }

    private void Acknowledge(long received, Guid chapter = default)
    {
        if (IsCut || to.Reports is not { } reports) return;
        var (rooted, life) = (reports.FindChild(Child, _life)?.Rooted ?? 0, reports.Outbox.RootLife);
        if (received <= _received && rooted <= _rooted && life == _rootLife) return;
        _received = Math.Max(_received, received);
        _rooted = life == _rootLife ? Math.Max(_rooted, rooted) : rooted;
        _rootLife = life;
        var (through, mostRooted) = (_received, Math.Min(_rooted, _received));
        Down(() =>
        {
            if (IsCut) return;
            try
            {
                Execute(_machine!.OnAcknowledged(through, mostRooted, life, chapter)); // it was opened
            }
            catch (IntegrityException e)
            {
                tree.WrongReport(from, e.Message);
                Cut();
            }
            catch (IOException)
            {
                Cut();
            }
        });
    }

    private void Up(Action action) => _up.Send(action, this);

    private void Down(Action action) => _down.Send(action, this);

    /// <summary>
    /// One direction. A call that broke may still be heard for a while: what it carried counts, and is only not answered. But it breaks at one place, as a stream does: whatever was said behind the first
    /// word that is lost is lost with it, and nothing overtakes, also where a server stands still.
    /// </summary>
    private sealed class Line(SimulatedTree tree, SimulatedServer at)
    {
        private readonly Queue<Action> _words = new();
        private TimeSpan _next;
        private bool _isBroken;

        public void Send(Action word, RollupLink link)
        {
            _words.Enqueue(word);
            _next = TimeSpan.FromTicks(Math.Max(_next.Ticks + 1, (tree.World.Elapsed + tree.Latency()).Ticks));
            if (!at.Later(_next - tree.World.Elapsed, Arrive)) tree.World.After(tree.Latency(), link.Cut);

            void Arrive()
            {
                var first = _words.Dequeue();
                _isBroken |= link.IsCut && tree.World.OneIn(2);
                if (!_isBroken) first();
            }
        }
    }
}
