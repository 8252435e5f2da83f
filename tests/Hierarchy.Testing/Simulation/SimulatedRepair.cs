using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Repair;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>A repair of a simulated mirror, one effect or answer a step, so that a crash can fall between any two.</summary>
internal sealed class SimulatedRepair
{
    private const int PageRecords = 7;
    private readonly MemoryMirrorLog _log;
    private readonly MemoryLog _source;
    private readonly RepairMachine _machine;
    private readonly CompareSession _session;
    private readonly Queue<RepairEffect> _effects;
    private readonly Queue<CompareResponse> _answers = new();

    public SimulatedRepair(MemoryMirrorLog log, ServerIdentity self, bool isThorough, SimulatedSource source)
    {
        _log = log;
        _source = (MemoryLog)source.State.Log;
        _machine = new RepairMachine(self, log.Checkpoint!, log.Head.Floor, isThorough, log.NewSum); // who repairs has one
        _session = new CompareSession(source.State);
        _effects = new Queue<RepairEffect>(_machine.Start());
    }

    /// <summary>Changes an answer on its way.</summary>
    public Func<CompareResponse, CompareResponse>? Tamper { get; set; }

    /// <summary>The source found that its own rows are rotten.</summary>
    public Action? SourceRotten { get; set; }

    public RepairOutcome? Outcome { get; private set; }

    public int Fetched { get; private set; }

    public bool Step()
    {
        if (Outcome is not null) return false;
        try
        {
            if (_effects.TryDequeue(out var effect)) Execute(effect);
            else if (_answers.TryDequeue(out var answer)) Enqueue(_machine.OnAnswer(Tamper?.Invoke(answer) ?? answer));
            else throw new InvalidOperationException("A repair waits for nothing.");
        }
        catch (IntegrityException e)
        {
            Outcome = new RepairOutcome.SourceWrong(e.Message);
        }

        return true;
    }

    public RepairOutcome Settle()
    {
        while (Step())
        {
        }

        return Outcome!; // settled
    }

    private void Execute(RepairEffect effect)
    {
        switch (effect)
        {
            case RepairEffect.Ask ask:
                Answer(CompareRequest.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(ask.Request)));
                break;
            case RepairEffect.TakeInventory:
                Enqueue(_machine.OnInventory(Read(_log)));
                break;
            case RepairEffect.BeginStaging begin:
                Done(_log.BeginStagingAsync(StagingMode.Snapshot, begin.SourceFloor, CancellationToken.None));
                break;
            case RepairEffect.ReadOwn read:
                Enqueue(_machine.OnOwnPage(_log.Image.ReadPage(read.After, PageRecords, int.MaxValue)));
                break;
            case RepairEffect.Stage stage:
                Done(_log.StageAsync(stage.Records, stage.Through, stage.SourceHead, CancellationToken.None));
                break;
            case RepairEffect.Finish finish:
                Outcome = finish.Outcome;
                break;
        }
    }

    private void Answer(CompareRequest request)
    {
        var effects = new Queue<CompareEffect>(_session.OnRequest(request));
        while (effects.TryDequeue(out var effect))
        {
            IReadOnlyList<CompareEffect> more = [];
            switch (effect)
            {
                case CompareEffect.TakeInventory:
                    more = _session.OnInventory(Read(_source));
                    break;
                case CompareEffect.Find find:
                    Fetched += find.Entries.Count;
                    more = _session.OnFound(find.Entries.Select(entry => Done(_source.FindAsync(entry.Kind, entry.Key, CancellationToken.None))).OfType<ChangeRecord>().ToArray());
                    break;
                case CompareEffect.Send send:
                    _answers.Enqueue(CompareResponse.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(send.Response)));
                    break;
                case CompareEffect.Rotten rotten:
                    SourceRotten?.Invoke();
                    throw new IntegrityException(rotten.Reason);
            }

            foreach (var next in more) effects.Enqueue(next);
        }
    }

    private static LogInventory Read(MemoryLog log) => LogInventory.ReadAsync(log, log.NewSum, pace: null, CancellationToken.None).GetAwaiter().GetResult();

    // Memory logs finish before they return.
    private static void Done(ValueTask task) => task.GetAwaiter().GetResult();

    private static T Done<T>(ValueTask<T> task) => task.GetAwaiter().GetResult();

    private void Enqueue(IReadOnlyList<RepairEffect> effects)
    {
        foreach (var effect in effects) _effects.Enqueue(effect);
    }
}
