using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Content;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Retention;
using Hierarchy.Content.Store;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Roles;
using ContentCounts = Hierarchy.Protocol.Admin.V1.ContentCounts;
using TransferState = Hierarchy.Protocol.Admin.V1.TransferState;

namespace Hierarchy.Server.Content;

/// <summary>How content stands at this server, and what servers below say of theirs.</summary>
internal sealed class ContentStatusSampler(
    ContentStore store, ContentPlans plans, ContentFetcher fetcher, ContentCounters counters, ContentPruner pruner, ContentLinks links, ServerDirectory directory, StatusSampler sampler, ServerIdentity self,
    TimeProvider time)
{
    private const int UsualMissing = 20;
    private const int MostMissing = 10_000;

    public GetContentStatusResponse Sample(GetContentStatusRequest request)
    {
        if (request.MissingFiles is < 0 or > MostMissing) throw Refusal.Invalid($"Up to {MostMissing} missing files are listed.");
        var plan = plans.Current;
        var missing = plan.Ahead.Where(file => !store.Contains(file)).ToArray();
        var response = new GetContentStatusResponse
        {
            ServerName = self.Name,
            Store = store.Name,
            Files = store.Count,
            Bytes = store.TotalBytes,
            FreeBytes = store.FreeBytes,
            Policy = ContentPolicyAdministration.Describe(self.Id, plan.Rules),
            FilesWanted = plan.Ahead.Count,
            BytesWanted = plan.BytesAhead,
            FilesMissing = missing.Length,
            BytesMissing = missing.Sum(file => file.Size),
            FilesBeyondLimit = plan.BeyondLimit,
            BytesBeyondLimit = plan.BytesBeyondLimit,
            Counts = Counts(),
            LastPrune = pruner.Last is { } last ? Describe(last) : null,
        };
        response.Transfers.Add(fetcher.Transfers.OrderByDescending(transfer => transfer.Priority).ThenByDescending(transfer => transfer.State == Hierarchy.Content.Transfer.TransferState.Fetching).Select(Describe));
        response.Failures.Add(fetcher.Failed.Select(Describe));
        response.Missing.Add(missing.Take(request.MissingFiles == 0 ? UsualMissing : request.MissingFiles).Select(file => new MissingContent
        {
            Sha1 = Bytes(file.Sha1),
            Name = file.Name,
            Size = file.Size,
            Deadline = plan.Find(file.Sha1)?.Deadline?.ToTimestamp(),
        }));
        var now = time.GetLocalNow();
        foreach (var link in links.PathToParent())
        {
            var state = new LinkState { Name = link.Name, NextChange = link.NextChange(now)?.ToTimestamp() };
            if (link.RateAt(now) is { } rate) state.Rate = rate;
            response.Links.Add(state);
        }

        AddServers(response);
        return response;
    }

    public static PruneContentResponse Describe(PruneResult result) => new()
    {
        FilesUnneeded = result.Expired.Count,
        BytesUnneeded = result.Expired.Sum(file => file.Size),
        FilesBeyondLimit = result.BeyondLimit.Count,
        BytesBeyondLimit = result.BeyondLimit.Sum(file => file.Size),
        Leftovers = result.Leftovers,
        BytesOfLeftovers = result.LeftoverBytes,
        At = result.At.ToTimestamp(),
    };

    public static ContentFailure Describe(FailedFile failed) => new()
    {
        Sha1 = Bytes(failed.File.Sha1),
        Name = failed.File.Name,
        Size = failed.File.Size,
        Reason = failed.Reason,
        At = failed.At.ToTimestamp(),
    };

    public static ByteString Bytes(Sha1Digest sha1) => ByteString.CopyFrom(Convert.FromHexString(sha1.ToString()));

    private static ContentTransfer Describe(TransferProgress transfer) => new()
    {
        Sha1 = Bytes(transfer.File.Sha1),
        Name = transfer.File.Name,
        Size = transfer.File.Size,
        Received = transfer.Received,
        State = (TransferState)((int)transfer.State + 1),
        ClientWaits = transfer.Priority == TransferPriority.OnDemand,
        Origin = transfer.Origin?.ToString() ?? "",
        LastError = transfer.LastError ?? "",
    };

    private ContentCounts Counts()
    {
        var counts = counters.Read();
        return new ContentCounts
        {
            BytesToAgents = counts.BytesServedToAgents,
            BytesToClients = counts.BytesServedToClients,
            BytesToServers = counts.BytesServedToServers,
            BytesFromParent = counts.BytesFetchedFromParent,
            BytesFromSiblings = counts.BytesFetchedFromSiblings,
            BytesFromMicrosoft = counts.BytesFetchedFromMicrosoftUpdate,
            FilesStored = counts.FilesStored,
            VerificationFailures = counts.VerificationFailures,
            FilesQuarantined = counts.FilesQuarantined,
        };
    }

    private void AddServers(GetContentStatusResponse response)
    {
        directory.Update([sampler.Sample()]);
        var own = Positions.Id(self.Id);
        foreach (var (status, age, isSilent) in directory.All().OrderBy(entry => entry.Status.Server.Site, StringComparer.OrdinalIgnoreCase).ThenBy(entry => entry.Status.Server.Name, StringComparer.OrdinalIgnoreCase))
        {
            var isSelf = status.Server.ServerId == own;
            response.Servers.Add(new ServerContent
            {
                Name = status.Server.Name,
                Site = status.Server.Site,
                FilesWanted = status.ContentFilesWanted,
                FilesMissing = status.ContentFilesMissing,
                BytesServed = status.ContentBytesServed + status.ContentBytesServedToServers,
                BytesFetched = status.ContentBytesFromParent + status.ContentBytesFromMicrosoft,
                Age = isSelf ? null : Duration.FromTimeSpan(age),
                Silent = isSilent && !isSelf,
            });
        }
    }
}
