using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>
/// Kills the replica or the root while computers report to the replica. Each reporter sends a report again until it is acknowledged, as an agent does; at the end the root must
/// hold exactly the last acknowledged word of each computer about each update.
/// </summary>
internal sealed class RollupChaos : ChaosRun
{
    private const int Reporters = 8;
    private const int Updates = 12;
    private const int Rounds = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Reporter> reporters = [];

    protected override UpstreamNode.Catalog Catalog => new() { Generated = 10 * Updates };

    protected override async Task DisturbAsync(CancellationToken cancellationToken)
    {
        await SynchronizeAsync(cancellationToken);
        Note("synchronized");
        var updates = await Root.Admin.ListUpdatesAsync(new ListUpdatesRequest { PageSize = Updates }, cancellationToken: cancellationToken);
        await Replica.StartAsync(cancellationToken);
        await EqualAsync(cancellationToken);
        for (var number = 0; number < Reporters; number++) reporters.Add(new Reporter(number, Random.Next(), [.. updates.Updates.Select(update => update.Head)]));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reporting = reporters.Select(reporter => reporter.ReportAsync(Replica.GrpcUrl, stop.Token)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            await MomentAsync(TimeSpan.FromMilliseconds(600), cancellationToken);
            Note($"{reporters.Sum(reporter => reporter.Acknowledged)} reports so far");
            await KillAndRestartAsync(Victim(), cancellationToken);
        }

        await MomentAsync(TimeSpan.FromMilliseconds(300), cancellationToken);
        // A slow machine: who got nothing through yet is waited for, or the scenario would test nothing.
        await Until.TrueAsync("two reports of every reporter", Patience, _ => Task.FromResult(reporters.TrueForAll(reporter => reporter.Acknowledged > 1)), cancellationToken);
        await stop.CancelAsync();
        await Task.WhenAll(reporting);
        Note("settling");
        // What was on its way when they were stopped is sent to its end: from here on nothing is in doubt.
        await Task.WhenAll(reporters.Select(reporter => reporter.SettleAsync(Replica.GrpcUrl, cancellationToken)));
    }

    protected override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        Require(reporters.All(reporter => reporter.Acknowledged > 1), "A reporter got no report through: the scenario tested nothing.");
        foreach (var reporter in reporters)
            await AgreesAsync($"what {reporter.Id} reported at the root", token => DifferenceAsync(reporter, token), cancellationToken);

        var computers = await Root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: cancellationToken);
        Require(computers.Computers.Count == Reporters, $"The root knows {computers.Computers.Count} computers; {Reporters} reported.");
        await Until.TrueAsync(
            "the replica's outbox to be empty", Patience,
            async token => (await Replica.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: token)).Servers.Single(server => !server.Digest.IsEmpty).Status.OutboxPending == 0,
            cancellationToken);
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
