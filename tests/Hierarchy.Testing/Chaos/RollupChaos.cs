using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
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

    /// <summary>A computer that reports one state after another, each for some updates.</summary>
    private sealed class Reporter(int number, int seed, IReadOnlyList<Hierarchy.Protocol.Catalog.V1.RevisionHead> updates)
    {
        private readonly Random random = new(seed);
        private readonly Dictionary<int, (UpdateState State, long Counter)> said = [];
        private ReportRequest? pending;
        private long counter;
        private int acknowledged;

        public string Id { get; } = new Guid(number + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1).ToString("D");

        public int Acknowledged => Volatile.Read(ref acknowledged);

        public async Task ReportAsync(string server, CancellationToken cancellationToken)
        {
            try
            {
                while (true)
                {
                    pending = Next();
                    await SendPendingAsync(server, cancellationToken);
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                // Told to stop; what is pending stays so.
            }
        }

        public Task SettleAsync(string server, CancellationToken cancellationToken) => pending is null ? Task.CompletedTask : SendPendingAsync(server, cancellationToken);

        /// <summary>What is wrong with the root's word of this computer; empty for nothing.</summary>
        public string Compare(GetComputerResponse held)
        {
            if (held.Statuses.Count != said.Count) return $"{Id}: the root holds {held.Statuses.Count} statuses; {said.Count} were reported.";
            foreach (var (index, (state, at)) in said)
            {
                var status = held.Statuses.SingleOrDefault(entry => entry.Report.UpdateId == updates[index].UpdateId)?.Report;
                if (status is null) return $"{Id}: the root has no status of update {index}.";
                if (status.State != state || status.Counter != at) return $"{Id}: the root says {status.State} (report {status.Counter}) of update {index}; {state} (report {at}) was acknowledged.";
            }

            return held.Computer.Report.Counter == counter ? "" : $"{Id}: the root's last report is {held.Computer.Report.Counter}; {counter} was acknowledged.";
        }

        private ReportRequest Next()
        {
            var request = NewReport();
            foreach (var index in Enumerable.Range(0, updates.Count).Where(_ => request.Counter == 1 || random.Next(3) == 0))
                Say(request, index, (UpdateState)random.Next((int)UpdateState.NotApplicable, (int)UpdateState.InstalledPendingReboot + 1));
            return request;
        }

        private ReportRequest NewReport() => new() { ClientId = Id, Incarnation = 1, Counter = ++counter, Name = $"reporter-{number}", OperatingSystem = "none" };

        private void Say(ReportRequest request, int index, UpdateState state)
        {
            said[index] = (state, request.Counter);
            request.Statuses.Add(new UpdateStatus
            {
                UpdateId = updates[index].UpdateId,
                RevisionNumber = updates[index].RevisionNumber,
                State = state,
                Time = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddSeconds(request.Counter)),
            });
        }

        private async Task SendPendingAsync(string server, CancellationToken cancellationToken)
        {
            var fullWanted = false;
            using var channel = GrpcChannel.ForAddress(server);
            var client = new ClientService.ClientServiceClient(channel);
            await Until.TrueAsync(
                $"report {pending!.Counter} of {Id} to be acknowledged", Patience, // Both callers set it before.
                async token => await TryAsync(async () =>
                {
                    fullWanted = (await client.ReportAsync(pending, cancellationToken: token)).FullReportWanted;
                    return true;
                }),
                cancellationToken);
            Interlocked.Increment(ref acknowledged);
            pending = null;
            if (!fullWanted || Acknowledged == 1) return;

            pending = NewReport();
            foreach (var (index, (state, _)) in said.ToList()) Say(pending, index, state);
            await SendPendingAsync(server, cancellationToken);
        }
    }
}
