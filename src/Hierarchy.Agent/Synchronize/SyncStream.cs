using Hierarchy.Agent.Locate;
using Hierarchy.Agent.State;
using Hierarchy.Domain;
using Hierarchy.Protocol.Client.V1;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Synchronize;

/// <summary>
/// One Sync call: opens, catches up, and goes on with what changes. Decisions are taken over together with the documents that they are about and with their position, or not
/// at all: an interrupted sync changes nothing but the document cache.
/// </summary>
internal sealed partial class SyncStream : IAsyncDisposable
{
    private static readonly TimeSpan FirstAnswer = TimeSpan.FromSeconds(10);

    private readonly IServerClient _client;
    private readonly DecisionBook _book;
    private readonly DocumentFetcher _documents;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _cancellation;
    private readonly IAsyncEnumerator<SyncResponse> _responses;

    private SyncStream(IServerClient client, SyncRequest request, DecisionBook book, DocumentFetcher documents, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        (_client, _book, _documents, _logger) = (client, book, documents, logger);
        _timeout = new CancellationTokenSource(FirstAnswer, time);
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, cancellationToken);
        _responses = client.SyncAsync(request, _cancellation.Token).GetAsyncEnumerator(_cancellation.Token);
    }

    internal SyncStarted Started { get; private set; } = new();

    internal IServerClient Client => _client;

    /// <summary>Opens the call; null when the server is behind what the agent holds, which then changes nothing.</summary>
    internal static async Task<SyncStream?> OpenAsync(
        IServerClient client, SyncRequest request, DecisionBook book, DocumentFetcher documents, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var stream = new SyncStream(client, request, book, documents, time, logger, cancellationToken);
        try
        {
            if (await stream.BeginAsync()) return stream;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await stream.DisposeAsync();
            throw new UnavailableException($"{client.Url} did not answer within {FirstAnswer.TotalSeconds:0} s.");
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        await stream.DisposeAsync();
        return null;
    }

    /// <summary>Takes over everything up to SyncCompleted. Returns how many decisions came.</summary>
    internal async Task<int> CatchUpAsync(CancellationToken cancellationToken)
    {
        var decisions = new Dictionary<int, ClientDecision>();
        var withdrawn = new HashSet<int>();
        do
        {
            var response = _responses.Current;
            switch (response.EventCase)
            {
                case SyncResponse.EventOneofCase.Decisions:
                    Collect(response.Decisions, decisions, withdrawn);
                    continue;
                case SyncResponse.EventOneofCase.Completed:
                    await _documents.FetchAsync(_client, decisions.Values, cancellationToken);
                    var position = response.Completed.Checkpoint?.Position ?? throw new IntegrityException($"{_client.Url} completed the sync without a position.");
                    var overlay = response.Completed.OverlayCheckpoint?.Position;
                    if (Started.Full) _book.Replace(decisions.Values, position, Started.ScopeHash, overlay);
                    else _book.Apply(decisions.Values, withdrawn, position, Started.ScopeHash, overlay);
                    Log.Synced(_logger, _client.Url, _book.PositionText, Started.Full, decisions.Count, withdrawn.Count);
                    return decisions.Count;
                default:
                    throw new IntegrityException($"{_client.Url} sent {response.EventCase} in the middle of a sync.");
            }
        }
        while (await _responses.MoveNextAsync());
        throw new UnavailableException($"{_client.Url} ended the sync before it was complete.");
    }

    /// <summary>The next whole change after the catch-up, ending in a checkpoint; null when the server ends the call. It is not taken over yet.</summary>
    internal async Task<DecisionBatch?> NextAsync()
    {
        DecisionBatch? whole = null;
        while (await _responses.MoveNextAsync())
        {
            var part = _responses.Current.Decisions ?? throw new IntegrityException($"{_client.Url} sent {_responses.Current.EventCase} after the sync was complete.");
            if (whole is null) whole = part;
            else whole.MergeFrom(part);
            if (whole.Checkpoint is not null) return whole;
        }

        return null;
    }

    /// <summary>Takes over a change that came after the catch-up. False when it concerns nothing of this computer.</summary>
    internal async Task<bool> ApplyAsync(DecisionBatch batch, CancellationToken cancellationToken)
    {
        var position = batch.Checkpoint?.Position ?? throw new IntegrityException($"{_client.Url} sent decisions without a position.");
        var overlay = batch.OverlayCheckpoint?.Position;
        if (batch.Decisions.Count == 0 && batch.Withdrawn.Count == 0)
        {
            _book.Advance(position, overlay);
            return false;
        }

        var decisions = new Dictionary<int, ClientDecision>();
        var withdrawn = new HashSet<int>();
        Collect(batch, decisions, withdrawn);
        await _documents.FetchAsync(_client, decisions.Values, cancellationToken);
        _book.Apply(decisions.Values, withdrawn, position, Started.ScopeHash, overlay);
        return true;
    }

    /// <summary>Ends the call; whoever waits for its next batch sees it cancelled.</summary>
    internal void Cancel() => _cancellation.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _cancellation.CancelAsync();
        await _responses.DisposeAsync();
        _cancellation.Dispose();
        _timeout.Dispose();
    }

    private static void Collect(DecisionBatch batch, Dictionary<int, ClientDecision> decisions, HashSet<int> withdrawn)
    {
        foreach (var number in batch.Withdrawn)
        {
            decisions.Remove(number);
            withdrawn.Add(number);
        }

        foreach (var wire in batch.Decisions)
        {
            var decision = ClientDecision.FromWire(wire);
            decisions[decision.Number] = decision;
            withdrawn.Remove(decision.Number);
        }
    }

    /// <summary>Reads up to the first event after SyncStarted, which stays current. False when the server is behind.</summary>
    private async Task<bool> BeginAsync()
    {
        if (!await _responses.MoveNextAsync()) throw new UnavailableException($"{_client.Url} ended the sync at once.");
        _timeout.CancelAfter(Timeout.InfiniteTimeSpan);
        if (_responses.Current.Started is { } started)
        {
            Started = started;
            if (!await _responses.MoveNextAsync()) throw new UnavailableException($"{_client.Url} ended the sync before it told anything.");
        }
        else if (_responses.Current.Behind is null)
        {
            throw new IntegrityException($"{_client.Url} did not begin the sync as agreed. Its version may differ from this agent's.");
        }

        if (_responses.Current.Behind is not { } behind) return true;
        Log.Behind(_logger, _client.Url, DecisionBook.Text(behind.Head, behind.OverlayHead), _book.PositionText);
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Information, "Synced with {Url} to {Position} (full: {Full}): {Decisions} decisions, {Withdrawn} withdrawn")]
        internal static partial void Synced(ILogger logger, string url, string position, bool full, int decisions, int withdrawn);

        [LoggerMessage(1202, LogLevel.Warning, "{Url} is behind: it stands at {Head}, this agent at {Position}; its decisions are kept")]
        internal static partial void Behind(ILogger logger, string url, string head, string position);
    }
}
