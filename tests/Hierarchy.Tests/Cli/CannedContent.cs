using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server's content, for the tests of the command line alone.</summary>
internal sealed class CannedContent : ContentService.ContentServiceBase
{
    private static readonly Timestamp Noon = Timestamp.FromDateTime(new DateTime(2026, 10, 4, 12, 0, 0, DateTimeKind.Utc));

    /// <summary>The last change that was asked for and was to be done.</summary>
    public SetContentPolicyRequest? Decided { get; private set; }

    public bool Pruned { get; private set; }

    public override Task<GetContentPolicyResponse> GetContentPolicy(GetContentPolicyRequest request, ServerCallContext context) => Task.FromResult(new GetContentPolicyResponse
    {
        Tree = new ContentSettingsRecord { Fetch = ContentFetch.OnDemand, Categories = { new ContentCategory { CategoryId = Id(7), Fetch = ContentFetch.Never } } },
        Servers =
        {
            new ServerContentPolicy
            {
                ServerId = Id(1),
                Name = "branch-a",
                Own = new ContentSettingsRecord { ServerId = Id(1), Fetch = ContentFetch.Ahead, SizeLimit = 200_000_000_000, Express = false },
                Effective = new ContentSettingsRecord { ServerId = Id(1), Fetch = ContentFetch.Ahead, SizeLimit = 200_000_000_000, Express = false, Keep = Duration.FromTimeSpan(TimeSpan.FromDays(30)), ClosedForClients = false },
            },
        },
        Categories = { new NamedCategory { CategoryId = Id(7), Title = "Upgrades", Type = "UpdateClassification" } },
    });

    public override Task<SetContentPolicyResponse> SetContentPolicy(SetContentPolicyRequest request, ServerCallContext context)
    {
        if (!request.WhatIf) Decided = request;
        return Task.FromResult(new SetContentPolicyResponse
        {
            Settings = new ContentSettingsRecord { Fetch = request.Fetch },
            Changed = true,
            ServerName = request.Server,
            Position = request.WhatIf ? null : new Position { LogId = Id(3), Epoch = 2, EpochId = Id(4), Sequence = 1234 },
            Consequences = { new ContentConsequence { ServerName = "branch-a", Source = "root", Files = 312, Bytes = 4_400_000_000, FilesLess = 1, BytesLess = 5 } },
        });
    }

    public override Task<GetContentStatusResponse> GetContentStatus(GetContentStatusRequest request, ServerCallContext context) => Task.FromResult(new GetContentStatusResponse
    {
        ServerName = "branch-a",
        Store = "/var/lib/hierarchy/content",
        Files = 10,
        Bytes = 1_000_000,
        FreeBytes = 5_000_000,
        Policy = new ContentSettingsRecord { Fetch = ContentFetch.Ahead, SizeLimit = 2_000_000 },
        FilesWanted = 12,
        BytesWanted = 1_200_000,
        FilesMissing = 2,
        BytesMissing = 200_000,
        FilesBeyondLimit = 1,
        BytesBeyondLimit = 900_000,
        Transfers = { new ContentTransfer { Sha1 = Sha1(1), Name = "a.cab", Size = 100_000, Received = 40_000, State = TransferState.WaitingForLink, ClientWaits = true, Origin = "http://root:8530/Content", LastError = "The link a - b is closed." } },
        Failures = { new ContentFailure { Sha1 = Sha1(2), Name = "b.cab", Size = 100_000, Reason = "It is gone.", At = Noon } },
        Missing = { new MissingContent { Sha1 = Sha1(1), Name = "a.cab", Size = 100_000, Deadline = Noon } },
        Links = { new LinkState { Name = "a - b", Rate = 0, NextChange = Noon } },
        Counts = new ContentCounts { BytesToAgents = 1, BytesToClients = 2, BytesToServers = 3, BytesFromParent = 4, BytesFromSiblings = 5, BytesFromMicrosoft = 6, FilesStored = 7, VerificationFailures = 8, FilesQuarantined = 9 },
        LastPrune = Prune(),
        Servers = { new ServerContent { Name = "branch-a", Site = "branch", FilesWanted = 12, FilesMissing = 2, BytesServed = 6, BytesFetched = 15, Age = Duration.FromTimeSpan(TimeSpan.FromSeconds(3)) } },
    });

    public override async Task VerifyContent(VerifyContentRequest request, IServerStreamWriter<VerifyContentProgress> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new VerifyContentProgress { FilesDone = 1, FilesTotal = 2, BytesDone = 100, BytesTotal = 200 });
        await responseStream.WriteAsync(new VerifyContentProgress
        {
            FilesDone = 2,
            FilesTotal = 2,
            BytesDone = 200,
            BytesTotal = 200,
            Damaged = 1,
            Finished = true,
            Repaired = request.Repair ? 1 : 0,
            DamagedFiles = { new DamagedContent { Sha1 = Sha1(1), Name = "a.cab", Size = 100, Outcome = request.Repair ? "fetched again" : "put aside" } },
        });
    }

    public override Task<PruneContentResponse> PruneContent(PruneContentRequest request, ServerCallContext context)
    {
        Pruned |= !request.WhatIf;
        return Task.FromResult(Prune());
    }

    public override async Task PrefetchContent(PrefetchContentRequest request, IServerStreamWriter<PrefetchContentProgress> responseStream, ServerCallContext context) =>
        await responseStream.WriteAsync(new PrefetchContentProgress { FilesDone = 3, FilesTotal = 3, BytesDone = 300, BytesTotal = 300, Finished = true, Present = 1, Fetched = 2 });

    private static PruneContentResponse Prune() => new()
    {
        FilesUnneeded = 3, BytesUnneeded = 300, FilesBeyondLimit = 1, BytesBeyondLimit = 50, Leftovers = 2, BytesOfLeftovers = 7, At = Noon,
    };

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last).ToByteArray(bigEndian: true));

    private static ByteString Sha1(byte value) => ByteString.CopyFrom(Enumerable.Repeat(value, 20).ToArray());
}
