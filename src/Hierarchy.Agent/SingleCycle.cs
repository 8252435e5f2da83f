using Hierarchy.Agent.Locate;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.Synchronize;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent;

/// <summary>`once`: locate, sync, scan, download, ask again, install, scan, report; then the account of it.</summary>
internal sealed class SingleCycle(AgentEngine engine, AgentOptions options, IServerClients clients, TimeProvider time, ILogger logger)
{
    private readonly ServerConnector _connector = new(engine, clients, time, logger);
    private readonly CycleReport _report = new();

    internal async Task<CycleReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        _report.AgentId = engine.Identity.Id;
        _report.Incarnation = engine.Identity.Incarnation;
        _report.Name = options.Name;
        try
        {
            await CycleAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException)
        {
            _report.Errors.Add(exception.Message);
        }

        _report.Position = engine.Book.PositionText;
        _report.DecisionsHeld = engine.Book.Decisions.Count;
        _report.DocumentsFetched = engine.Documents.Fetched;
        (_report.ReportsSent, _report.StatusesSent) = engine.Reporter.Sent;
        _report.StatusesPending = engine.StatusesPending;
        _report.TimingsMs["total"] = time.GetElapsedTime(started).TotalMilliseconds;
        return _report;
    }

    private async Task CycleAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var result = await _connector.ConnectAsync(follow: false, isLocateForced: true, cancellationToken);
        _report.IsServerBehind = result is { Connection: null, IsBehind: true };
        if (result.Connection is not { } connection)
        {
            throw new UnavailableException(
                $"No server can be used; the decisions held are kept and nothing new is started. {string.Join(" ", result.Problems)} Check --server and that one of them runs.");
        }

        await using var used = connection;
        Time("locate");
        _report.DecisionsReceived = await connection.Stream.CatchUpAsync(cancellationToken);
        engine.TakePolicy(connection.Stream.Started.Policy);
        _report.IsFullSync = connection.Stream.Started.Full;
        _report.Groups = [.. connection.Stream.Started.Groups];
        _report.Server = new CycleReport.ServerLine(
            connection.Place.Name, connection.Place.Site, connection.Client.Url, connection.ContentUrl, result.List.From, result.List.Address, result.List.Site);
        Time("sync");

        string? problem = null;
        await engine.ActAsync(
            connection.ContentUrls(result.List), token => RefreshAsync(connection.Client, token), SendAsync, _report, AgentEvents.None, cancellationToken);
        problem = null;
        await SendAsync(cancellationToken);

        // Said even when there is nothing new: the computer was seen.
        if (engine.Reporter.Sent.Reports == 0 && problem is null) await TrySendAsync(evenWhenEmpty: true, cancellationToken);
        if (problem is not null) _report.Errors.Add($"{engine.StatusesPending} states could not be reported and are kept for the next time: {problem}");

        void Time(string step)
        {
            _report.TimingsMs[step] = time.GetElapsedTime(started).TotalMilliseconds;
            started = time.GetTimestamp();
        }

        Task SendAsync(CancellationToken token) => TrySendAsync(evenWhenEmpty: false, token);

        async Task TrySendAsync(bool evenWhenEmpty, CancellationToken token)
        {
            if (problem is not null) return;
            var begun = time.GetTimestamp();
            try
            {
                await engine.Reporter.SendAsync(connection.Client, evenWhenEmpty, token);
            }
            catch (Exception exception) when (exception is UnavailableException or IntegrityException)
            {
                problem = exception.Message;
            }

            _report.TimingsMs["report"] = _report.TimingsMs.GetValueOrDefault("report") + time.GetElapsedTime(begun).TotalMilliseconds;
        }
    }

    // Automatic Updates checks the approval again between download and installation; so does this. What cannot be asked is not installed.
    private async Task RefreshAsync(IServerClient client, CancellationToken cancellationToken)
    {
        await using var stream = await SyncStream.OpenAsync(client, engine.SyncRequest(follow: false), engine.Book, engine.Documents, time, logger, cancellationToken)
            ?? throw new UnavailableException($"{client.Url} fell behind while updates were downloaded; nothing is installed now.");
        await stream.CatchUpAsync(cancellationToken);
        engine.TakePolicy(stream.Started.Policy);
    }
}
