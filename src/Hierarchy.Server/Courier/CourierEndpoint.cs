using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Server.Api.Admin;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Courier;

/// <summary>Answers for files that go to and come from servers without a connection.</summary>
internal sealed class CourierEndpoint(CourierExport logs, StatusExport statuses, CourierImport logImport, StatusImport statusImport, TimeProvider time) : CourierService.CourierServiceBase
{
    public override async Task Export(ExportRequest request, IServerStreamWriter<ExportResponse> responseStream, ServerCallContext context)
    {
        Guard(context);
        if (request.Kind is not (CourierKind.Log or CourierKind.Status or CourierKind.Position)) throw Refusal.Invalid("Say what the file is to carry: the log, reports, or a position.");
        using var pump = new ProgressPump<ExportResponse>(responseStream.WriteAsync, time);
        void Report(CourierProgress progress) => pump.Report(new ExportResponse { Progress = progress });
        var finished = await pump.RunAsync(
            async stop =>
            {
                await using var chunks = new ChunkStream((bytes, token) => pump.WriteAsync(new ExportResponse { Chunk = ByteString.CopyFrom(bytes.Span) }, token));
                var made = request.Kind == CourierKind.Log
                    ? await logs.WriteAsync(request, chunks, Report, stop)
                    : await statuses.WriteAsync(request, chunks, Report, stop);
                await chunks.CompleteAsync(stop);
                return made;
            },
            context.CancellationToken);
        await responseStream.WriteAsync(new ExportResponse { Finished = finished }, context.CancellationToken);
    }

    public override async Task Import(IAsyncStreamReader<ImportRequest> requestStream, IServerStreamWriter<ImportResponse> responseStream, ServerCallContext context)
    {
        Guard(context);
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Started is not { Kind: CourierKind.Log or CourierKind.Status } started)
            throw Refusal.Invalid("An import begins with ImportStarted, which says whether the log or reports are meant.");
        using var pump = new ProgressPump<ImportResponse>(responseStream.WriteAsync, time);
        void Report(CourierProgress progress) => pump.Report(new ImportResponse { Progress = progress });
        var finished = await pump.RunAsync(
            async stop =>
            {
                using var arrival = await CourierArrival.OpenAsync(requestStream, started.Kind, stop);
                return started.Kind == CourierKind.Log ? await logImport.TakeAsync(arrival, Report, stop) : await statusImport.TakeAsync(arrival, Report, stop);
            },
            context.CancellationToken);
        await responseStream.WriteAsync(new ImportResponse { Finished = finished }, context.CancellationToken);
    }
}
