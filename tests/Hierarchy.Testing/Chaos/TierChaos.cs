using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>
/// A root, a replica, and a replica below it; decisions keep coming at the top and reports at the bottom, while any of the three is killed, now and then two at once. At the end all three are equal,
/// hold every acknowledged decision, and the root holds exactly what each computer was acknowledged last.
/// </summary>
internal sealed class TierChaos(int kills) : ChaosRun
{
    private const int Reporters = 6;
    private const int Updates = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly List<Reporter> reporters = [];
    private DecisionLoad? load;
    private ServerNode? branch;

    public override int Acknowledged => (load?.Acknowledged ?? 0) + reporters.Sum(reporter => reporter.Acknowledged);

    protected override UpstreamNode.Catalog Catalog => new() { Generated = 200 };

    protected override IReadOnlyList<ServerNode> Replicas => [Replica, Branch];

    private ServerNode Branch => branch ?? throw new InvalidOperationException("The lowest tier is not there yet.");

    protected override async Task DisturbAsync(CancellationToken cancellationToken)
    {
        await SynchronizeAsync(cancellationToken);
        await Replica.StartAsync(cancellationToken);
        branch = Tree.AddServer("branch", new ServerNode.Place { Parent = Replica.GrpcUrl });
        await branch.StartAsync(cancellationToken);
        await EqualAsync(cancellationToken);
        Note("three tiers are equal");

        var updates = await Root.Admin.ListUpdatesAsync(new ListUpdatesRequest { PageSize = Updates }, cancellationToken: cancellationToken);
        for (var number = 0; number < Reporters; number++) reporters.Add(new Reporter(number, Random.Next(), [.. updates.Updates.Select(update => update.Head)]));
        load = new DecisionLoad(Root);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> working = [load.DecideAsync(stop.Token), .. reporters.Select(reporter => reporter.ReportAsync(Branch.GrpcUrl, stop.Token))];
        ServerNode[] servers = [Root, Replica, Branch];
        while (Kills < kills)
        {
            await MomentAsync(TimeSpan.FromMilliseconds(700), cancellationToken);
            Note($"{Acknowledged} acknowledged so far");
            Random.Shuffle(servers);
            await KillAndRestartAsync(cancellationToken, servers[..(Kills + 1 < kills && Random.Next(5) == 0 ? 2 : 1)]);
        }

        await Until.TrueAsync("two reports of every reporter", Patience, _ => Task.FromResult(reporters.TrueForAll(reporter => reporter.Acknowledged > 1)), cancellationToken);
        await stop.CancelAsync();
        await Task.WhenAll(working);
        await Task.WhenAll(reporters.Select(reporter => reporter.SettleAsync(Branch.GrpcUrl, cancellationToken)));
    }

    protected override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await EqualAsync(cancellationToken);
        Require(load!.Acknowledged > 0, "No decision was acknowledged: the scenario tested nothing."); // set where the servers are worked
        foreach (var server in Replicas.Prepend(Root))
            await AgreesAsync($"all acknowledged sites at {server.Name}", token => load.DifferenceAsync(server, token), cancellationToken);
        foreach (var reporter in reporters)
            await AgreesAsync($"what {reporter.Id} reported at the root", token => DifferenceAsync(reporter, token), cancellationToken);
        var computers = await Root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: cancellationToken);
        Require(computers.Computers.Count == Reporters, $"The root knows {computers.Computers.Count} computers; {Reporters} reported.");
    }

    private async Task<string> DifferenceAsync(Reporter reporter, CancellationToken cancellationToken)
    {
        try
        {
            return reporter.Compare(await Root.Admin.GetComputerAsync(new GetComputerRequest { Computer = reporter.Id }, cancellationToken: cancellationToken));
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
            return $"{reporter.Id}: the root does not know it.";
        }
    }
}
