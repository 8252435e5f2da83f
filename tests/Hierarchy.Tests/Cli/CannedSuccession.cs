using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server that can be promoted and has lost something, for the tests of the command line alone.</summary>
internal sealed class CannedSuccession : SuccessionAdminService.SuccessionAdminServiceBase
{
    private static readonly Timestamp Noon = Timestamp.FromDateTime(new DateTime(2026, 10, 4, 12, 0, 0, DateTimeKind.Utc));

    /// <summary>Who asked for a promotion; null for nobody.</summary>
    public string? PromotedBy { get; private set; }

    public override Task<GetPromotionOutlookResponse> GetPromotionOutlook(GetPromotionOutlookRequest request, ServerCallContext context) => Task.FromResult(new GetPromotionOutlookResponse
    {
        ServerId = Id(7),
        ServerName = "branch-a",
        IsRoot = PromotedBy is not null,
        Position = PromotedBy is null ? At(2, 1234) : At(100_002, 1236),
        HeardHead = 1240,
        CheckpointTime = Noon,
        ParentUrl = "http://root:8532",
        LacksSecret = true,
    });

    public override Task<PromoteResponse> Promote(PromoteRequest request, ServerCallContext context)
    {
        PromotedBy = request.RequestedBy;
        return Task.FromResult(new PromoteResponse { Position = At(2, 1234) });
    }

    public override Task<ListLossesResponse> ListLosses(ListLossesRequest request, ServerCallContext context) => Task.FromResult(new ListLossesResponse { Losses = { Loss() } });

    public override async Task ShowLoss(ShowLossRequest request, IServerStreamWriter<ShowLossResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new ShowLossResponse { Sequence = 1235, Kind = 4, Key = Id(9), Payload = ByteString.CopyFromUtf8("Pilot"), Description = "group Pilot" });
        await responseStream.WriteAsync(new ShowLossResponse { Sequence = 1236, Kind = 3, Key = Id(8), Deleted = true, Description = "update 01020304-0506-0708-0000-000000000008: no longer declined" });
        await responseStream.WriteAsync(new ShowLossResponse { Sequence = 1237, Kind = 9999, Key = ByteString.CopyFromUtf8("key"), Payload = ByteString.Empty, Description = "kind 9999, key 6b6579, 0 bytes" });
    }

    public override Task<ForgetLossResponse> ForgetLoss(ForgetLossRequest request, ServerCallContext context) => Task.FromResult(new ForgetLossResponse { Loss = Loss() });

    private static Loss Loss() => new() { Id = 1, Time = Noon, Reason = "The history of branch-a shares this server's records up to 1234.", Before = At(3, 1237), CommonSequence = 1234, After = At(100_002, 1300), Records = 3 };

    private static Position At(int epoch, long sequence) => new() { LogId = Id(11), Epoch = epoch, EpochId = Id((byte)(epoch % 100)), Sequence = sequence };

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, last).ToByteArray(bigEndian: true));
}
