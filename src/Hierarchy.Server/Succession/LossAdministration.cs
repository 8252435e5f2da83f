using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Loss = Hierarchy.Domain.Changes.Loss;

namespace Hierarchy.Server.Succession;

/// <summary>What this server lost when other histories took the place of its own.</summary>
internal sealed class LossAdministration(ILostStore lost, LossWords words)
{
    private const int PageRecords = 500;

    public async Task<ListLossesResponse> ListAsync(CancellationToken cancellationToken)
    {
        var response = new ListLossesResponse();
        response.Losses.Add((await lost.ListAsync(cancellationToken)).Select(Message));
        return response;
    }

    public async Task ShowAsync(ShowLossRequest request, IServerStreamWriter<ShowLossResponse> responses, CancellationToken cancellationToken)
    {
        await FindAsync(request.Id, cancellationToken);
        var after = 0L;
        IReadOnlyList<ChangeRecord> page;
        do
        {
            page = await lost.ReadAsync(request.Id, after, PageRecords, cancellationToken);
            foreach (var record in page)
                await responses.WriteAsync(Message(record), cancellationToken);
            after = page.Count == 0 ? after : page[^1].Sequence;
        }
        while (page.Count == PageRecords);
    }

    public async Task<ForgetLossResponse> ForgetAsync(ForgetLossRequest request, CancellationToken cancellationToken)
    {
        var loss = await FindAsync(request.Id, cancellationToken);
        if (!await lost.ForgetAsync(request.Id, cancellationToken)) throw Unknown(request.Id);
        return new ForgetLossResponse { Loss = Message(loss) };
    }

    private async Task<Loss> FindAsync(long id, CancellationToken cancellationToken) =>
        (await lost.ListAsync(cancellationToken)).FirstOrDefault(loss => loss.Id == id) ?? throw Unknown(id);

    private static RpcException Unknown(long id) => Refusal.NotFound($"There is no loss {id} here. `hierarchy servers lost` lists what there is.");

    private static Protocol.Admin.V1.Loss Message(Loss loss) => new()
    {
        Id = loss.Id,
        Time = Timestamp.FromDateTimeOffset(loss.Time),
        Reason = loss.Reason,
        Before = loss.Before.ToProto(),
        CommonSequence = loss.Common,
        After = loss.After.ToProto(),
        Records = loss.Records,
    };

    private ShowLossResponse Message(in ChangeRecord record) => new()
    {
        Sequence = record.Sequence,
        Kind = record.Kind,
        Key = ByteString.CopyFrom(record.Key.Span),
        Payload = record.Payload is { } payload ? ByteString.CopyFrom(payload.Span) : ByteString.Empty,
        Deleted = record.IsTombstone,
        Description = words.Describe(record),
    };
}
