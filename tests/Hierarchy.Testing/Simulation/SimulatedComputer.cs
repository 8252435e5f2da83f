using Hierarchy.Domain.Reports;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// A computer that reports one state after another, to one server or another, each again until it is acknowledged; what it sent before may still arrive later, anywhere. Now and then it is re-imaged, and
/// begins anew.
/// </summary>
internal sealed class SimulatedComputer(SimulatedTree tree, int number)
{
    private const int Updates = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private readonly string _id = $"computer-{number}";
    private long _incarnation = 1;
    private long _counter;
    private int _attempt;
    private (ComputerReport Report, StatusReport[] Statuses)? _pending;
    private SimulatedServer? _server;

    /// <summary>Everything that it said was acknowledged.</summary>
    public bool IsSettled => _pending is null;

    public void Start() => tree.World.After(tree.World.Between(500, 4000), Next);

    private void Next()
    {
        if (!tree.HasFaults) return;
        if (_counter > 0 && tree.World.OneIn(25) && tree.Plan is { ReplicaRestores: false, LosesHistory: false })
        {
            tree.Faults.Add("computer re-imaged");
            (_incarnation, _counter) = (_incarnation + 1, 0);
        }

        _counter++;
        var statuses = Enumerable.Range(0, Updates).Where(_ => _counter == 1 || tree.World.OneIn(3))
            .Select(update => new StatusReport(_id, _incarnation, _counter, new Guid(update + 1, 0, 0, new byte[8]), 1, (UpdateState)tree.World.Random.Next(1, 7), 0, DateTimeOffset.UnixEpoch.AddSeconds(_counter)))
            .ToArray();
        _pending = (new ComputerReport { ComputerId = _id, Incarnation = _incarnation, Counter = _counter, Name = _id }, statuses);
        Send();
    }

    private void Send()
    {
        if (_pending is not { } pending) return;
        var attempt = ++_attempt;
        if (_server is null || tree.World.OneIn(6)) _server = tree.Servers[tree.World.Random.Next(tree.Servers.Count)];
        var server = _server;
        tree.World.After(tree.Latency(), () => server.Later(TimeSpan.Zero, () => Arrive(server, pending, attempt)));
        tree.World.After(Patience, () =>
        {
            if (attempt != _attempt || _pending is null) return;
            _server = null;
            Send();
        });
    }

    private void Arrive(SimulatedServer server, (ComputerReport Report, StatusReport[] Statuses) sent, int attempt)
    {
        try
        {
            server.Reports!.Merge([sent.Report], sent.Statuses, child: null); // it is up
        }
        catch (IOException)
        {
            return;
        }

        server.OnReported();
        tree.ReportOracle.OnKept(server, sent.Report, sent.Statuses);
        tree.World.After(tree.Latency(), () =>
        {
            if (attempt != _attempt || _pending is null) return;
            tree.ReportOracle.OnAcknowledged(sent.Report);
            _pending = null;
            tree.World.After(tree.World.Between(50, 2500), Next);
        });
    }
}
