using System.Runtime.CompilerServices;
using Hierarchy.Domain;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.WindowsUpdate.Diagnosis;

/// <summary>
/// Walks the way to the upstream as a synchronization goes it, step by step, and says of each what it found. It tries nothing twice, stores nothing, and ends within
/// some minutes whatever it meets.
/// </summary>
public sealed class UpstreamDoctor(UpstreamOptions options, TimeProvider time)
{
    private static readonly TimeSpan MostConnect = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MostCall = TimeSpan.FromMinutes(2);

    /// <summary>All steps, in order, each as soon as it is known; a step that cannot be tried is skipped, never left out.</summary>
    public async IAsyncEnumerable<DiagnosisStep> ExamineAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var limited = Limited(options);
        var root = UpstreamClient.RootOf(options.Address);
        var proxy = UpstreamProxy.Before(root, limited);
        var witness = new AnswerWitness(time);
        HttpClient? http = null;
        Finding? unusable = null;
        try
        {
            witness.InnerHandler = UpstreamHttp.CreateHandler(limited, time, witness.Accepted);
            http = new HttpClient(witness) { Timeout = Timeout.InfiniteTimeSpan };
        }
        catch (UnavailableException exception)
        {
            unusable = Finding.Failed(exception.Message, "Restore the file, or name another.");
            http = new HttpClient(witness);
        }

        using var owned = http;
        var network = new NetworkExamination(root, proxy, limited, time);
        var protocol = new ProtocolExamination(root, proxy, limited, http, witness, time);
        (string Name, Func<CancellationToken, Task<Finding>> Examine)[] steps =
        [
            ("settings", _ => Task.FromResult(unusable ?? Finding.Ok($"{root} {(proxy is null ? "without a proxy" : $"through {proxy}")}."))),
            ("name-resolution", network.ResolveAsync),
            ("connection", network.ConnectAsync),
            ("proxy", protocol.ProxyAsync),
            ("tls", protocol.TlsAsync),
            ("clock", protocol.ClockAsync),
            ("GetAuthConfig", protocol.AuthConfigAsync),
            ("GetAuthorizationCookie", protocol.AuthorizationAsync),
            ("GetCookie", protocol.CookieAsync),
            ("GetConfigData", protocol.ConfigAsync),
            ("GetRevisionIdList", protocol.RevisionsAsync),
            ("GetUpdateData", protocol.DocumentsAsync),
        ];
        string? broken = null;
        foreach (var (name, examine) in steps)
        {
            if (broken is not null)
            {
                yield return new DiagnosisStep(name, DiagnosisOutcome.Skipped, TimeSpan.Zero, $"Not tried: {broken} failed.", "");
                continue;
            }

            var started = time.GetTimestamp();
            var found = await examine(cancellationToken);
            yield return new DiagnosisStep(name, found.Outcome, time.GetElapsedTime(started), found.What, found.NextStep);
            if (found is { Outcome: DiagnosisOutcome.Failed, IsFatal: true }) broken = name;
        }
    }

    /// <summary>Somebody waits for this: no step takes as long as a synchronization would give it.</summary>
    private static UpstreamOptions Limited(UpstreamOptions options)
    {
        var limited = options.Copy();
        limited.ConnectTimeout = Shorter(options.ConnectTimeout, MostConnect);
        limited.ReadTimeout = Shorter(options.ReadTimeout, MostCall);
        limited.CallTimeout = Shorter(options.CallTimeout, MostCall);
        return limited;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
