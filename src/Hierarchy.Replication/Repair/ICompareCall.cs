using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Repair;

/// <summary>The asking end of a comparison.</summary>
internal interface ICompareCall : IAsyncDisposable
{
    /// <summary>Sends a question.</summary>
    Task AskAsync(CompareRequest request, CancellationToken cancellationToken);

    /// <summary>The next answer.</summary>
    /// <exception cref="Domain.UnavailableException">The other side ended the call.</exception>
    Task<CompareResponse> HearAsync(CancellationToken cancellationToken);
}
