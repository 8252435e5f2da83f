using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>A computer that reports one state after another, each for some updates.</summary>
internal sealed class Reporter(int number, int seed, IReadOnlyList<Hierarchy.Protocol.Catalog.V1.RevisionHead> updates)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
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
            async token => await ChaosRun.TryAsync(async () =>
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
