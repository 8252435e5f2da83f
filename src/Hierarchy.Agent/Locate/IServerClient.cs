using Hierarchy.Domain;
using Hierarchy.Protocol.Client.V1;

namespace Hierarchy.Agent.Locate;

/// <summary>
/// A server, as this agent speaks to it. Failures come as <see cref="UnavailableException"/> (try again, or another server) or <see cref="IntegrityException"/> (the server
/// refused or misbehaved).
/// </summary>
internal interface IServerClient : IAsyncDisposable
{
    /// <summary>Where the server answers.</summary>
    string Url { get; }

    /// <summary>Asks which servers are near.</summary>
    Task<LocateResponse> LocateAsync(LocateRequest request, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Asks for decisions.</summary>
    IAsyncEnumerable<SyncResponse> SyncAsync(SyncRequest request, CancellationToken cancellationToken);

    /// <summary>Asks for documents.</summary>
    IAsyncEnumerable<RevisionPayload> GetRevisionsAsync(GetRevisionsRequest request, CancellationToken cancellationToken);

    /// <summary>Hands over a report.</summary>
    Task<ReportResponse> ReportAsync(ReportRequest request, TimeSpan deadline, CancellationToken cancellationToken);
}

/// <summary>Opens connections to servers.</summary>
internal interface IServerClients
{
    /// <summary>A client of the server at that address; nothing is connected yet.</summary>
    IServerClient Open(string url);
}
