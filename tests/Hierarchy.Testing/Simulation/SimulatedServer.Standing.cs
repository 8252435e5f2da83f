using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Succession;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>A root that hears of another reign decides nothing from then on, as the product's does; that it is so stands on its disk.</summary>
internal sealed partial class SimulatedServer
{
    private NewerReign? _mark;

    /// <summary>A root that is up and decides nothing.</summary>
    public bool IsReadOnly => IsUp && Log is MemoryAuthorityLog { Halted: not null };

    /// <summary>Somebody stands in a reign: a follower that calls, or a root that announces itself.</summary>
    public void Hear(Position reign)
    {
        if (!IsUp || Log is not MemoryAuthorityLog log) return;
        var verdict = ReignJudge.Judge(log, reign);
        if (verdict is Verdict.Newer or Verdict.Disputed && !(_mark is { } known && known.Epoch >= reign.Epoch)) TurnReadOnly(log, reign, verdict);
        _tree.Oracle.CheckStanding(Self.Name, log, reign);
    }

    /// <summary>At each of its starts as a root, it tells that server that it is.</summary>
    public void AnnounceTo(SimulatedServer other) => _toBeTold = other;

    /// <summary>A root says that it reigns, and goes on until the other one has heard it. Either of them may be the one that gives way.</summary>
    public void Announce(SimulatedServer other)
    {
        Later(_tree.World.Between(500, 8000), () =>
        {
            if (!IsRoot || IsReadOnly) return;
            if (!other.IsUp || !_tree.IsReachable(this, other))
            {
                Announce(other);
                return;
            }

            var answer = other.Log!.Head.Position; // it is up
            other.Guard(() => other.Hear(Log!.Head.Position)); // so is this one
            if (other.IsRoot) Hear(answer);
        });
    }

    // First no decision any more, then the mark, which the disk may not take: after a restart it then has to hear of it again.
    private void TurnReadOnly(MemoryAuthorityLog log, Position reign, Verdict verdict)
    {
        _tree.Faults.Add(verdict == Verdict.Newer ? "root superseded" : "two roots of one number");
        log.Halt("superseded");
        _tree.Oracle.OnReadOnly(this, isKept: false);
        var mark = new NewerReign(reign.Epoch, reign.EpochId, "", "");
        try
        {
            _disk.Before("superseded");
            _mark = mark;
            _tree.Oracle.OnReadOnly(this, isKept: true);
            _disk.After("superseded");
        }
        catch (IOException)
        {
            // It is told again.
        }

        if (verdict == Verdict.Disputed) return;
        Source!.Newer = mark; // it is up
        foreach (var link in Links.ToArray()) link.Cut();
    }

    /// <summary>What stands on the disk is another mark, or none: files were put back, or an operator decided.</summary>
    private void Unmark(NewerReign? mark)
    {
        _mark = mark;
        _tree.Oracle.OnUnmarked(this, isReadOnly: mark is not null);
    }

    private void OnDurable(CommittedTransaction transaction)
    {
        _tree.Oracle.CheckMayDecide(this, transaction.Head.Position);
        _tree.Oracle.OnDurable(transaction);
    }
}
