using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// A computer that asks one server after another for its decisions, as agents do: it presents its position, keeps what it has where the server is behind, and otherwise takes over what the server
/// serves. It must never be led back.
/// </summary>
internal sealed class SimulatedClient(SimulatedTree tree, string name)
{
    private Position _position;
    private SimulatedServer? _server;
    private int _call;

    /// <summary>States taken over.</summary>
    public int Taken { get; private set; }

    public void Start() => tree.World.After(tree.World.Between(20, 800), Ask);

    private void Ask()
    {
        if (_server is null or { IsUp: false } || tree.World.OneIn(4)) _server = tree.Servers[tree.World.Random.Next(tree.Servers.Count)];
        if (_server is { Log: { } log, Served: { } served } server)
        {
            // What is served may be older than what the log holds already, never newer: the log's epochs include those of the view.
            var head = new LogHead(served.Position, log.Head.Floor, served.Count, served.Digest);
            var standing = ReaderStanding.Of(log.Epochs, head, _position);
            var call = ++_call;
            if (standing == PositionStanding.Behind) _server = null;
            else tree.World.After(tree.Latency(), () => Take(call, server, served));
        }

        tree.World.After(tree.World.Between(50, 1500), Ask);
    }

    private void Take(int call, SimulatedServer server, Checkpoint served)
    {
        if (call != _call) return; // it has called again since
        tree.Oracle.CheckForward($"{name} at {server.Self.Name}", _position, served.Position);
        if (_position != served.Position) Taken++;
        _position = served.Position;
    }
}
