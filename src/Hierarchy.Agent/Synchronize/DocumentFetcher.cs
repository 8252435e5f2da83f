using Hierarchy.Agent.Locate;
using Hierarchy.Agent.State;
using Hierarchy.Domain;
using Hierarchy.Protocol.Client.V1;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Synchronize;

/// <summary>Fetches the documents that decisions are about and that the agent does not hold. What arrives is kept even when the sync is interrupted after it.</summary>
internal sealed partial class DocumentFetcher(DocumentCache cache, ILogger logger)
{
    private const int IdsPerCall = 1000;

    /// <summary>Documents fetched since the agent started.</summary>
    internal int Fetched { get; private set; }

    internal async Task FetchAsync(IServerClient client, IEnumerable<ClientDecision> decisions, CancellationToken cancellationToken)
    {
        var missing = decisions.Where(decision => cache.Find(decision.Number) is not { } document || !decision.IsAbout(document.Digest)).Select(decision => decision.Number).ToArray();
        if (missing.Length == 0) return;

        foreach (var chunk in missing.Chunk(IdsPerCall))
        {
            var request = new GetRevisionsRequest();
            request.RevisionIds.Add(chunk);
            var wanted = chunk.ToHashSet();
            await foreach (var payload in client.GetRevisionsAsync(request, cancellationToken))
                if (wanted.Remove(payload.RevisionId)) Take(payload);
            if (wanted.Count > 0) Log.Missing(logger, client.Url, wanted.Count);
        }

        cache.Flush();
    }

    private void Take(RevisionPayload payload)
    {
        try
        {
            cache.Add(payload.RevisionId, payload.Payload.Span, DocumentPayload.Open(payload.Payload.Span));
            Fetched++;
        }
        catch (IntegrityException exception)
        {
            // One bad document must not keep the others from the computer.
            Log.Refused(logger, payload.RevisionId, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1211, LogLevel.Warning, "{Url} does not have {Count} documents that it decided about; they are asked for again with the next sync")]
        internal static partial void Missing(ILogger logger, string url, int count);

        [LoggerMessage(1212, LogLevel.Error, "The document of revision {Number} is left out: {Cause}")]
        internal static partial void Refused(ILogger logger, int number, string cause);
    }
}
