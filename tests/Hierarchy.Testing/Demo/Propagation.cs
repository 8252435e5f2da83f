using System.Globalization;
using System.Text.Json;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Demo;

/// <summary>
/// Measures from the commit of a decision at the root to its receipt by the agents, through their replicas: the update is approved for installation and not
/// approved in turns, after all of them have it, so that nothing but the decision moves. All clocks are this machine's.
/// </summary>
internal sealed class Propagation(ServerNode root, IReadOnlyList<AgentNode> agents)
{
    // An even number: it ends approved, as it began.
    private const int Rounds = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What was measured.</summary>
    internal sealed record Result(int Samples, double Median, double High);

    public async Task<Result> MeasureAsync(Guid update, string group, CancellationToken cancellationToken)
    {
        var samples = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var before = agents.ToDictionary(agent => agent, agent => agent.EventsOf("decisions").Count());
            var action = round % 2 == 0 ? "not-approved" : "install";
            var answer = await CliProgram.RunAsync(
                root.GrpcUrl, progress: null, cancellationToken, "approve", update.ToString("D"), "--group", group, "--action", action);
            var committed = DateTimeOffset.Parse(answer.GetProperty("committed_at").GetString()!, CultureInfo.InvariantCulture); // Always there in an answer.
            foreach (var agent in agents)
            {
                var receipt = await Until.FoundAsync(
                    $"{agent.Name} to receive round {round}", Patience,
                    _ => Task.FromResult(agent.EventsOf("decisions").Skip(before[agent]).Where(said => Names(said, update)).Select(said => new Receipt(said)).FirstOrDefault()),
                    cancellationToken);
                samples.Add((receipt.Time - committed).TotalMilliseconds);
            }
        }

        samples.Sort();
        return new Result(samples.Count, samples[samples.Count / 2], samples[samples.Count * 9 / 10]);
    }

    private static bool Names(JsonElement decisions, Guid update)
        => decisions.GetProperty("updates").EnumerateArray().Any(decision => decision.GetProperty("update_id").GetGuid() == update);

    private sealed class Receipt(JsonElement said)
    {
        public DateTimeOffset Time { get; } = DateTimeOffset.UnixEpoch.AddTicks(said.GetProperty("received_unix_ns").GetInt64() / TimeSpan.NanosecondsPerTick);
    }
}
