using System.Globalization;
using System.Net;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.WindowsUpdate.Diagnosis;

/// <summary>
/// The steps from HTTP on. The first call, GetAuthConfig, tells of the proxy, of TLS and of the clock as well: it is made once, by whichever step needs it
/// first. No call is repeated, and nothing that is learnt is kept.
/// </summary>
internal sealed class ProtocolExamination(Uri root, Uri? proxy, UpstreamOptions options, HttpClient http, AnswerWitness witness, TimeProvider time)
{
    private const int Documents = 10;
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private readonly SoapClient _soap = new(http, options, time);
    private readonly Uri _service = new(root, UpstreamClient.SyncPath);
    private Task<(string? Address, Finding? Failure)>? _first;
    private AuthorizationCookie? _authorization;
    private UpstreamCookie? _cookie;
    private IReadOnlyList<RevisionId> _listed = [];
    private int _batch = Documents;

    public async Task<Finding> ProxyAsync(CancellationToken cancellationToken)
    {
        if (proxy is null)
            return Finding.Skipped(options.Proxy.IsSet || options.TlsProxy.IsSet ? "The settings say that this address is reached without a proxy." : "No proxy is set, neither here nor in the environment.");
        await FirstAsync(cancellationToken);
        if (Transport() is { Stage: TransportStage.Proxy } failure) return Finding.Failed(failure);
        if (root.Scheme == Uri.UriSchemeHttp && witness.Status is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout)
            return Finding.Failed($"The proxy {proxy} answered HTTP {(int)witness.Status}: it does not reach {root.Authority}.", "Check that the proxy may connect to that address and resolves its name.");
        if (witness.Status is null && witness.Certificate is null && Transport() is not { Stage: TransportStage.Tls })
            return Finding.Skipped($"{proxy} took the request, and no answer came through it.");
        return Finding.Ok($"{proxy} lets this server through{(options.Proxy.IsSet || options.TlsProxy.IsSet ? "" : " (it stands in the environment, not in the settings)")}.");
    }

    public async Task<Finding> TlsAsync(CancellationToken cancellationToken)
    {
        if (root.Scheme == Uri.UriSchemeHttp) return Finding.Skipped("The address says http: nothing on the way is encrypted, and nothing proves who answers.");
        await FirstAsync(cancellationToken);
        if (witness.Certificate is { } certificate) return Finding.Ok($"Trusted: {certificate}.");
        return Transport() is { } failure ? Finding.Failed(failure) : Finding.Failed("No certificate was seen.", "Check that the address wants https.");
    }

    public async Task<Finding> ClockAsync(CancellationToken cancellationToken)
    {
        await FirstAsync(cancellationToken);
        if (witness.TimeThere is not { } there) return Finding.Skipped(witness.Status is null ? "No answer came that would tell the time." : "The answer does not tell the time.");
        var ahead = witness.TimeHere - there;
        var amount = Amount(ahead.Duration());
        // The Date header has whole seconds, and the answer took its time.
        if (ahead.Duration() <= Skew + witness.RoundTrip) return Finding.Ok($"This computer's clock and the upstream's differ by {amount}.");
        return new Finding(
            DiagnosisOutcome.Failed,
            $"This computer's clock is {amount} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the upstream's: certificates and cookies are judged by it.",
            "Set the clock of the one that is wrong (NTP).",
            IsFatal: false);
    }

    public async Task<Finding> AuthConfigAsync(CancellationToken cancellationToken)
    {
        var (address, failure) = await FirstAsync(cancellationToken);
        return failure ?? Finding.Ok($"Authorization is asked for at {address}.");
    }

    public Task<Finding> AuthorizationAsync(CancellationToken cancellationToken) => TryAsync(async () =>
    {
        var address = UpstreamClient.Within(root, (await FirstAsync(cancellationToken)).Address!); // This step runs only after the first call succeeded.
        _authorization = await CallAsync(
            address, UpstreamRequests.AuthorizationNamespace, "GetAuthorizationCookie", UpstreamRequests.GetAuthorizationCookie(options.AccountName, options.AccountId),
            UpstreamAnswers.ReadAuthorizationCookie, cancellationToken);
        return Finding.Ok($"The upstream knows this server as {options.AccountName}.");
    });

    public Task<Finding> CookieAsync(CancellationToken cancellationToken) => TryAsync(async () =>
    {
        var request = UpstreamRequests.GetCookie(_authorization!, old: null, options.ProtocolVersion); // The step before got it.
        _cookie = await CallAsync("GetCookie", request, reader => UpstreamAnswers.ReadCookie(reader, time.GetUtcNow()), cancellationToken);
        return Finding.Ok($"A cookie that is valid until {_cookie.Expiration}.");
    });

    public Task<Finding> ConfigAsync(CancellationToken cancellationToken) => TryAsync(async () =>
    {
        var config = await CallAsync("GetConfigData", UpstreamRequests.GetConfigData(_cookie!, anchor: null), UpstreamAnswers.ReadConfigData, cancellationToken); // As above.
        _batch = Math.Clamp(config.MaxUpdatesPerRequest, 1, Documents);
        return Finding.Ok($"Protocol {config.ProtocolVersion ?? "unknown"}, {config.MaxUpdatesPerRequest} documents a call, languages: {Languages(config.EnabledLanguages)}.");
    });

    public Task<Finding> RevisionsAsync(CancellationToken cancellationToken) => TryAsync(async () =>
    {
        var before = _soap.BytesReceived;
        var request = UpstreamRequests.GetRevisionIdList(_cookie!, RevisionFilter.OfCategories(anchor: null)); // As above.
        _listed = (await CallAsync("GetRevisionIdList", request, UpstreamAnswers.ReadRevisionIdList, cancellationToken)).Revisions;
        return Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"{_listed.Count:N0} categories and detectoids, {_soap.BytesReceived - before:N0} bytes."));
    });

    public Task<Finding> DocumentsAsync(CancellationToken cancellationToken) => _listed.Count == 0
        ? Task.FromResult(Finding.Skipped("The upstream lists nothing that could be fetched; has it ever synchronized?"))
        : TryAsync(async () =>
        {
            RevisionId[] asked = [.. _listed.Take(_batch)];
            var answer = await CallAsync("GetUpdateData", UpstreamRequests.GetUpdateData(_cookie!, asked), UpstreamAnswers.ReadUpdateData, cancellationToken); // As above.
            var problems = asked.Select(id => ProblemOf(id, answer)).OfType<string>().ToList();
            return problems.Count == 0
                ? Finding.Ok($"{asked.Length} documents, all understood.")
                : Finding.Failed($"{problems.Count} of {asked.Length} documents cannot be used: {problems[0]}", "A synchronization sets such documents aside and goes on; look at the upstream if it is most of them.");
        });

    private static string? ProblemOf(RevisionId id, IReadOnlyList<UpstreamUpdate> answer)
    {
        if (answer.FirstOrDefault(update => update.Id == id) is not { } update) return $"{id} is not in the answer.";
        if (update.Xml is null) return update.Damage ?? $"{id} has no document.";
        try
        {
            return UpdateDocument.Read(update.Xml).Id == id ? null : $"the document of {id} names itself another.";
        }
        catch (IntegrityException exception)
        {
            return exception.Message;
        }
    }

    private Task<(string? Address, Finding? Failure)> FirstAsync(CancellationToken cancellationToken) => _first ??= CallFirstAsync(cancellationToken);

    private async Task<(string? Address, Finding? Failure)> CallFirstAsync(CancellationToken cancellationToken)
    {
        string? address = null;
        var found = await TryAsync(async () =>
        {
            address = await CallAsync("GetAuthConfig", UpstreamRequests.GetAuthConfig(), UpstreamAnswers.ReadAuthConfig, cancellationToken);
            address = UpstreamClient.Within(root, address).AbsoluteUri;
            return Finding.Ok("");
        });
        return (address, found.Outcome == DiagnosisOutcome.Failed ? found : null);
    }

    private Task<T> CallAsync<T>(string operation, byte[] request, Func<SoapReader, T> read, CancellationToken cancellationToken) =>
        CallAsync(_service, UpstreamRequests.SyncNamespace, operation, request, read, cancellationToken);

    private Task<T> CallAsync<T>(Uri address, string ns, string operation, byte[] request, Func<SoapReader, T> read, CancellationToken cancellationToken) =>
        _soap.CallAsync(address, ns, operation, request, read, fault => new UpstreamFaultException(UpstreamFault.From(operation, fault)), cancellationToken);

    private async Task<Finding> TryAsync(Func<Task<Finding>> step)
    {
        try
        {
            return await step();
        }
        catch (UpstreamFaultException exception)
        {
            return Finding.Failed(exception.Message, Advice.For(exception.Fault.Error));
        }
        catch (Exception exception) when (exception is IntegrityException or UnavailableException)
        {
            if (Transport() is { } failure) return Finding.Failed(failure);
            return witness.Status is { } status && Advice.For(status, witness.ContentType, root) is { } answer ? answer : Finding.Failed(exception.Message, Advice.Answer);
        }
    }

    /// <summary>What kept the last call from an answer of the upstream; null when one came.</summary>
    private TransportFailure? Transport() => witness switch
    {
        { Status: HttpStatusCode.ProxyAuthenticationRequired } => TransportFailure.Credentials(proxy),
        { Failure: HttpRequestException or IOException } => TransportFailure.Explain(witness.Failure, root, proxy),
        { Failure: OperationCanceledException { InnerException: TimeoutException } } => TransportFailure.NoConnection(root, proxy, options.ConnectTimeout),
        _ => null,
    };

    private static string Languages(IReadOnlyList<string> languages) => languages.Count switch
    {
        0 => "not said",
        > 8 => $"{languages.Count}",
        _ => string.Join(", ", languages),
    };

    private static string Amount(TimeSpan span) => span switch
    {
        { TotalMinutes: < 2 } => $"{span.TotalSeconds:0} seconds",
        { TotalHours: < 2 } => $"{span.TotalMinutes:0} minutes",
        { TotalDays: < 2 } => $"{span.TotalHours:0} hours",
        _ => $"{span.TotalDays:0} days",
    };
}
