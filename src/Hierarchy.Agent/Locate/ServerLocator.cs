using System.Text.Json;
using Hierarchy.Agent.State;
using Hierarchy.Domain;
using Hierarchy.Protocol.Client.V1;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Locate;

/// <summary>Finds the servers that are near: asks any configured one, keeps the answer, and falls back to the kept one and then to the configured ones themselves.</summary>
internal sealed partial class ServerLocator(StateFolder folder, IServerClients clients, IReadOnlyList<string> configured, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestValidity = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestValidity = TimeSpan.FromDays(1);

    private ServerList? _list = Load(folder);

    private string CachePath => folder.Combine("servers.json");

    /// <summary>The list that holds now; asks when the kept one has run out, or always when told so.</summary>
    internal async Task<ServerList> LocateAsync(bool isForced, CancellationToken cancellationToken)
    {
        if (!isForced && _list is { } kept && kept.ValidUntil > time.GetUtcNow()) return kept;

        // The kept servers may answer where the configured ones do not.
        var asked = configured.Concat(_list?.Servers.Select(server => server.GrpcUrl) ?? []).Distinct(StringComparer.OrdinalIgnoreCase);
        foreach (var url in asked)
        {
            try
            {
                return await AskAsync(url, cancellationToken);
            }
            catch (Exception exception) when (exception is UnavailableException or IntegrityException)
            {
                Log.NoAnswer(logger, url, exception.Message);
            }
        }

        if (_list is { } old)
        {
            Log.UsingKept(logger, old.Servers.Count);
            return old;
        }

        return new ServerList([.. configured.Select(url => new ServerPlace("", "", url, "", 0))], "", "", "configuration", time.GetUtcNow() + ShortestValidity);
    }

    private async Task<ServerList> AskAsync(string url, CancellationToken cancellationToken)
    {
        await using var client = clients.Open(url);
        var response = await client.LocateAsync(new LocateRequest { ClientId = folder.Identity.Id.ToString() }, Deadline, cancellationToken);
        var servers = response.Servers
            .Where(server => Uri.TryCreate(server.GrpcUrl, UriKind.Absolute, out _))
            .Select(server => new ServerPlace(server.Name, server.Site, server.GrpcUrl, server.ContentUrl, server.Cost))
            .ToList();

        // A server that knows no others still serves by itself.
        if (servers.Count == 0) servers.Add(new ServerPlace("", "", url, "", 0));
        var validity = response.ValidFor?.ToTimeSpan() ?? TimeSpan.FromHours(1);
        validity = validity < ShortestValidity ? ShortestValidity : validity > LongestValidity ? LongestValidity : validity;
        _list = new ServerList(servers, response.Site, response.Address, url, time.GetUtcNow() + validity);
        AtomicFile.Write(CachePath, JsonSerializer.SerializeToUtf8Bytes(_list));
        Log.Located(logger, url, response.Address, response.Site, string.Join(", ", servers.Select(server => server.GrpcUrl)));
        return _list;
    }

    private static ServerList? Load(StateFolder folder)
    {
        var path = folder.Combine("servers.json");
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<ServerList>(File.ReadAllBytes(path)) is { Servers.Count: > 0 } list ? list : null;
        }
        catch (JsonException)
        {
            // A cache: asked for again.
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Information, "{Url} sees this computer as {Address} in site '{Site}'; servers: {Servers}")]
        internal static partial void Located(ILogger logger, string url, string address, string site, string servers);

        [LoggerMessage(1102, LogLevel.Warning, "{Url} does not say which servers are near: {Cause}")]
        internal static partial void NoAnswer(ILogger logger, string url, string cause);

        [LoggerMessage(1103, LogLevel.Warning, "No server answers; using the kept list of {Count}")]
        internal static partial void UsingKept(ILogger logger, int count);
    }
}
