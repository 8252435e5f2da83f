using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Sync;

/// <summary>What can be chosen, fetched from the upstream first where nothing is known of it yet.</summary>
internal static class OfferedFirst
{
    /// <summary>The selection; before the first synchronization the categories are fetched, with progress. A server that cannot fetch them answers what it has.</summary>
    public static async Task<GetSyncSelectionResponse> AskAsync(Session session)
    {
        var selection = await session.AskAsync(session.Admin.GetSyncSelectionAsync, new GetSyncSelectionRequest());
        if (selection.HasCategories) return selection;
        try
        {
            using var call = session.Admin.RunSync(new RunSyncRequest { CategoriesOnly = true, RequestedBy = session.User }, session.Streaming);
            var run = await new SyncProgressView(session.Output, session.Time).ShowAsync(call.ResponseStream.ReadAllAsync(session.Cancellation), session.Cancellation);
            if (run is { Error.Length: > 0 }) throw new CommandFailedException("sync_failed", run.Error, "hierarchy sync status");
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
        {
            // A replica: what it is asked next says whom to ask, where that matters.
            return selection;
        }

        return await session.AskAsync(session.Admin.GetSyncSelectionAsync, new GetSyncSelectionRequest());
    }
}
