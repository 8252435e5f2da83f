using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.Retry;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>
/// The downstream's side of [MS-WSUSSS], metadata: authorizes when it must, renews its cookie in time and starts over when the upstream no
/// longer knows it; backs off while the upstream is busy or away. Safe for several calls at a time.
/// </summary>
/// <remarks>Throws <see cref="UpstreamFaultException"/>, <see cref="UnavailableException"/> or <see cref="IntegrityException"/>.</remarks>
public sealed partial class UpstreamClient : IDisposable
{
    internal const string SyncPath = "ServerSyncWebService/ServerSyncWebService.asmx";
    private const int MaxRestarts = 3;

    private readonly UpstreamOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SoapClient _soap;
    private readonly ResiliencePipeline _pipeline;
    private readonly Uri _root;

    // Guards the three below: one caller authorizes, the others wait for what it gets.
    private readonly SemaphoreSlim _session = new(1, 1);
    private Uri? _authorizationAddress;
    private AuthorizationCookie? _authorization;
    private UpstreamCookie? _cookie;

    /// <summary>Over an HTTP client that the caller owns, as <see cref="Transport.UpstreamHttp"/> makes it: the calls have a deadline of their own.</summary>
    public UpstreamClient(HttpClient http, UpstreamOptions options, TimeProvider time, ILogger<UpstreamClient>? logger = null)
    {
        _options = options;
        _time = time;
        _logger = logger ?? NullLogger<UpstreamClient>.Instance;
        _root = RootOf(options.Address);
        _soap = new SoapClient(http, options, time);
        _pipeline = options.Retries <= 0 ? ResiliencePipeline.Empty : BuildPipeline();
    }

    /// <summary>Bytes of all answers so far, after decompression.</summary>
    public long BytesReceived => _soap.BytesReceived;

    internal int ParallelCalls => Math.Max(1, _options.ParallelCalls);

    /// <summary>Obtains a cookie when there is none; every call does so too.</summary>
    public async Task AuthorizeAsync(CancellationToken cancellationToken) => await CookieAsync(refused: null, cancellationToken);

    /// <summary>Forgets every cookie, as after ServerChanged; the next call authorizes from the start.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _session.WaitAsync(cancellationToken);
        try
        {
            (_authorizationAddress, _authorization, _cookie) = (null, null, null);
        }
        finally
        {
            _session.Release();
        }
    }

    /// <summary>The upstream's limits and languages; short when the anchor is current.</summary>
    public Task<UpstreamConfig> GetConfigDataAsync(string? anchor, CancellationToken cancellationToken) =>
        CallAsync("GetConfigData", cookie => UpstreamRequests.GetConfigData(cookie, anchor), UpstreamAnswers.ReadConfigData, cancellationToken);

    /// <summary>The ids that match a filter, all in one answer.</summary>
    public Task<RevisionIdList> GetRevisionIdListAsync(RevisionFilter filter, CancellationToken cancellationToken) =>
        CallAsync("GetRevisionIdList", cookie => UpstreamRequests.GetRevisionIdList(cookie, filter), UpstreamAnswers.ReadRevisionIdList, cancellationToken);

    /// <summary>The documents of these revisions, at most <see cref="UpstreamConfig.MaxUpdatesPerRequest"/>. One id unknown to the upstream faults the whole call.</summary>
    public Task<IReadOnlyList<UpstreamUpdate>> GetUpdateDataAsync(IReadOnlyList<RevisionId> ids, CancellationToken cancellationToken) =>
        CallAsync("GetUpdateData", cookie => UpstreamRequests.GetUpdateData(cookie, ids), UpstreamAnswers.ReadUpdateData, cancellationToken);

    /// <summary>
    /// Revisions that belong to these updates: their newest and what their bundles hold. The specification gives this call no use, so a
    /// server may answer nothing; then the list is empty.
    /// </summary>
    public Task<IReadOnlyList<RevisionId>> GetRelatedRevisionsAsync(IReadOnlyList<Guid> updates, CancellationToken cancellationToken) =>
        CallAsync("GetRelatedRevisionsForUpdates", cookie => UpstreamRequests.GetRelatedRevisionsForUpdates(cookie, updates), UpstreamAnswers.ReadRelatedRevisions, cancellationToken);

    /// <summary>The keys of the encrypted files of these revisions, at most <see cref="UpstreamConfig.MaxUpdatesPerDecryptionRequest"/>.</summary>
    public Task<IReadOnlyList<UpstreamDecryptionKeys>> GetUpdateDecryptionDataAsync(IReadOnlyList<RevisionId> ids, CancellationToken cancellationToken) =>
        CallAsync("GetUpdateDecryptionData", cookie => UpstreamRequests.GetUpdateDecryptionData(cookie, ids), FileAnswers.ReadDecryptionData, cancellationToken);

    /// <summary>
    /// What the upstream's administrators decided since the anchor of the last call (null for everything), for the catalog as far as the
    /// anchor of the last GetRevisionIdList. Only a replica may ask.
    /// </summary>
    public Task<UpstreamDeployments> GetDeploymentsAsync(string? deploymentAnchor, string syncAnchor, CancellationToken cancellationToken) =>
        CallAsync("GetDeployments", cookie => UpstreamRequests.GetDeployments(cookie, deploymentAnchor, syncAnchor), DecisionAnswers.ReadDeployments, cancellationToken);

    /// <summary>Asks the upstream to fetch files that it does not hold yet, at most 100. Those that are returned it does not know at all.</summary>
    public async Task<IReadOnlyList<Sha1Digest>> DownloadFilesAsync(IReadOnlyList<Sha1Digest> files, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync("DownloadFiles", cookie => UpstreamRequests.DownloadFiles(cookie, files), FileAnswers.ReadDownloadFiles, cancellationToken);
            return [];
        }
        catch (UpstreamFaultException exception)
            when (exception.Fault.Error == UpstreamError.FileDigestsMissing && FileAnswers.ReadMissingDigests(exception.Fault.Message) is not null)
        {
            return FileAnswers.ReadMissingDigests(exception.Fault.Message)!; // The filter has seen that it is not null.
        }
    }

    /// <summary>Drivers and driver sets for computers and devices. Microsoft Update alone has them; WSUS states limits of 0.</summary>
    public Task<DriverIdList> GetDriverIdListAsync(DriverFilter filter, CancellationToken cancellationToken) =>
        CallAsync("GetDriverIdList", cookie => UpstreamRequests.GetDriverIdList(cookie, filter), DriverAnswers.ReadDriverIdList, cancellationToken);

    /// <summary>What the driver sets are, at most <see cref="UpstreamConfig.MaxDriverSetsPerRequest"/>. Unknown ones are left out.</summary>
    public Task<IReadOnlyList<DriverSet>> GetDriverSetDataAsync(IReadOnlyList<Guid> driverSets, CancellationToken cancellationToken) =>
        CallAsync("GetDriverSetData", cookie => UpstreamRequests.GetDriverSetData(cookie, driverSets), DriverAnswers.ReadDriverSets, cancellationToken);

    /// <summary>How the upstream is, without a cookie. The protocol forbids it to a synchronization; it is there for who looks for a failure.</summary>
    public Task<UpstreamHealth> PingAsync(CancellationToken cancellationToken) =>
        SendAsync(new Uri(_root, SyncPath), UpstreamRequests.MonitorNamespace, "Ping", UpstreamRequests.Ping(level: 0), FileAnswers.ReadPing, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private async Task<T> CallAsync<T>(string operation, Func<UpstreamCookie, byte[]> request, Func<SoapReader, T> read, CancellationToken cancellationToken)
    {
        UpstreamCookie? refused = null;
        for (var restarts = 0; ; restarts++)
        {
            var cookie = await CookieAsync(refused, cancellationToken);
            try
            {
                return await SendAsync(new Uri(_root, SyncPath), UpstreamRequests.SyncNamespace, operation, request(cookie), read, cancellationToken);
            }
            catch (UpstreamFaultException exception)
                when (exception.Is(UpstreamReaction.AuthorizeAgain) && restarts < MaxRestarts)
            {
                Log.StartingOver(_logger, operation, exception.Fault.Code);
                refused = cookie;
            }
        }
    }

    /// <summary>The current cookie, or a new one when there is none, when it is due, or when it is the one that was refused.</summary>
    private async ValueTask<UpstreamCookie> CookieAsync(UpstreamCookie? refused, CancellationToken cancellationToken)
    {
        await _session.WaitAsync(cancellationToken);
        try
        {
            if (refused is not null && ReferenceEquals(refused, _cookie)) (_authorization, _cookie) = (null, null);
            if (_cookie is { } current && !current.IsDue(_time.GetUtcNow())) return current;
            for (var restarts = 0; ; restarts++)
            {
                try
                {
                    _authorization ??= await GetAuthorizationAsync(cancellationToken);
                    var request = UpstreamRequests.GetCookie(_authorization, _cookie, _options.ProtocolVersion);
                    return _cookie = await SendAsync(
                        new Uri(_root, SyncPath),
                        UpstreamRequests.SyncNamespace,
                        "GetCookie",
                        request,
                        reader => UpstreamAnswers.ReadCookie(reader, _time.GetUtcNow()),
                        cancellationToken);
                }
                catch (UpstreamFaultException exception)
                    when (exception.Is(UpstreamReaction.AuthorizeAgain) && restarts < MaxRestarts)
                {
                    Log.StartingOver(_logger, exception.Fault.Operation, exception.Fault.Code);
                    (_authorization, _cookie) = (null, null);
                }
            }
        }
        finally
        {
            _session.Release();
        }
    }

    private async Task<AuthorizationCookie> GetAuthorizationAsync(CancellationToken cancellationToken)
    {
        if (_authorizationAddress is null)
        {
            var address = await SendAsync(
                new Uri(_root, SyncPath), UpstreamRequests.SyncNamespace, "GetAuthConfig", UpstreamRequests.GetAuthConfig(), UpstreamAnswers.ReadAuthConfig, cancellationToken);
            _authorizationAddress = Within(_root, address);
        }

        return await SendAsync(
            _authorizationAddress,
            UpstreamRequests.AuthorizationNamespace,
            "GetAuthorizationCookie",
            UpstreamRequests.GetAuthorizationCookie(_options.AccountName, _options.AccountId),
            UpstreamAnswers.ReadAuthorizationCookie,
            cancellationToken);
    }

    private async Task<T> SendAsync<T>(Uri address, string ns, string operation, byte[] request, Func<SoapReader, T> read, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(
            async token => await _soap.CallAsync(
                address, ns, operation, request, read, fault => new UpstreamFaultException(UpstreamFault.From(operation, fault)), token),
            cancellationToken);

    /// <summary>An address that the upstream gave stays at the upstream: an answer never sends this server elsewhere.</summary>
    internal static Uri Within(Uri root, string address) =>
        Uri.TryCreate(root, address, out var absolute) && absolute.Scheme == root.Scheme && absolute.Authority == root.Authority
            ? absolute
            : throw new IntegrityException($"GetAuthConfig: {root} sends its clients to `{address}`, which is another server. Check that it is the address of an update server.");

    private ResiliencePipeline BuildPipeline() => new ResiliencePipelineBuilder { TimeProvider = _time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder()
                .Handle<UnavailableException>(exception => !(exception.RetryAfter > _options.MaxRetryDelay))
                .Handle<UpstreamFaultException>(exception => exception.Is(UpstreamReaction.BackOff)),
            MaxRetryAttempts = _options.Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _options.RetryDelay,
            MaxDelay = _options.MaxRetryDelay,
            DelayGenerator = static retry => ValueTask.FromResult((retry.Outcome.Exception as UnavailableException)?.RetryAfter),
            OnRetry = retry =>
            {
                Log.Retrying(_logger, retry.AttemptNumber + 1, retry.RetryDelay, retry.Outcome.Exception?.Message);
                return default;
            },
        })
        .Build();

    /// <summary>The server's root, also from the full address of its service, which is what some write down.</summary>
    internal static Uri RootOf(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"`{address}` is not the address of an update server. It looks like https://server or http://server:8530.", nameof(address));
        var text = address.GetLeftPart(UriPartial.Path);
        if (text.EndsWith(SyncPath, StringComparison.OrdinalIgnoreCase)) text = text[..^SyncPath.Length];
        return new Uri(text.EndsWith('/') ? text : text + "/");
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Warning, "{Operation}: the upstream answered {Code}; authorizing again")]
        public static partial void StartingOver(ILogger logger, string operation, string code);

        [LoggerMessage(3002, LogLevel.Warning, "Try {Attempt} failed, the next follows in {Delay}: {Reason}")]
        public static partial void Retrying(ILogger logger, int attempt, TimeSpan delay, string? reason);
    }
}
