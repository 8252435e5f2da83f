using Hierarchy.Agent.Locate;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Synchronize;

/// <summary>A server that answered, with the open sync.</summary>
/// <param name="Place">The server.</param>
/// <param name="Client">The connection; the stream does not own it.</param>
/// <param name="Stream">The open sync.</param>
internal sealed record Connection(ServerPlace Place, IServerClient Client, SyncStream Stream) : IAsyncDisposable
{
    /// <summary>Where this server's content answers.</summary>
    internal string ContentUrl => Stream.Started.ContentUrl.Length > 0 ? Stream.Started.ContentUrl : Place.ContentUrl;

    /// <summary>Content addresses: this server first, then the others in the locator's order.</summary>
    internal IReadOnlyList<string> ContentUrls(ServerList list)
        => [.. list.Servers.Select(server => server.ContentUrl).Prepend(ContentUrl).Where(url => url.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        await Client.DisposeAsync();
    }
}

/// <summary>What came of trying the servers.</summary>
/// <param name="List">The servers.</param>
/// <param name="Connection">The first that answered; null when none did.</param>
/// <param name="IsBehind">True when one answered that is behind what the agent holds.</param>
/// <param name="Problems">Why each of the others was not used.</param>
internal sealed record ConnectResult(ServerList List, Connection? Connection, bool IsBehind, IReadOnlyList<string> Problems);

/// <summary>Tries the servers in the locator's order; the first that opens a sync is used.</summary>
internal sealed partial class ServerConnector(AgentEngine engine, IServerClients clients, TimeProvider time, ILogger logger)
{
    internal async Task<ConnectResult> ConnectAsync(bool follow, bool isLocateForced, CancellationToken cancellationToken)
    {
        var list = await engine.Locator.LocateAsync(isLocateForced, cancellationToken);
        var problems = new List<string>();
        var isBehind = false;
        foreach (var place in list.Servers)
        {
            var client = clients.Open(place.GrpcUrl);
            try
            {
                var stream = await SyncStream.OpenAsync(client, engine.SyncRequest(follow), engine.Book, engine.Documents, time, logger, cancellationToken);
                if (stream is not null) return new ConnectResult(list, new Connection(place, client, stream), IsBehind: false, problems);
                isBehind = true;
                problems.Add($"{place.GrpcUrl} is behind the position {engine.Book.PositionText} that this agent holds");
            }
            catch (Exception exception) when (exception is UnavailableException or IntegrityException)
            {
                problems.Add(exception.Message);
                Log.NotUsed(logger, place.GrpcUrl, exception.Message);
            }
            catch
            {
                await client.DisposeAsync();
                throw;
            }

            await client.DisposeAsync();
        }

        return new ConnectResult(list, Connection: null, isBehind, problems);
    }

    private static partial class Log
    {
        [LoggerMessage(1221, LogLevel.Warning, "{Url} is not used: {Cause}")]
        internal static partial void NotUsed(ILogger logger, string url, string cause);
    }
}
