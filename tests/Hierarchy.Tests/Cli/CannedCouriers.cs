using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server that exports and imports, for the tests of the command line alone.</summary>
internal sealed class CannedCouriers : CourierService.CourierServiceBase
{
    private static readonly byte[] Bytes = "the bytes of a file"u8.ToArray();

    public override async Task Export(ExportRequest request, IServerStreamWriter<ExportResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new ExportResponse { Progress = new CourierProgress { Phase = "records", Done = 10 } });
        await responseStream.WriteAsync(new ExportResponse { Chunk = ByteString.CopyFrom(Bytes) });
        var finished = new ExportFinished
        {
            Bytes = Bytes.Length,
            // A server that is asked for the catalog alone sends something else than it says.
            Sha256 = ByteString.CopyFrom(SHA256.HashData(request.CatalogOnly ? [] : Bytes)),
            To = At(1234),
            Reports = request.Kind == CourierKind.Status ? 77 : 0,
        };
        if (!request.Since.IsEmpty) finished.From = At(1000);
        if (request.Kind == CourierKind.Log) (finished.Records, finished.Files, finished.FileBytes, finished.FilesMissing) = (234, request.Content ? 3 : 0, request.Content ? 4096 : 0, 1);
        await responseStream.WriteAsync(new ExportResponse { Finished = finished });
    }

    public override async Task Import(IAsyncStreamReader<ImportRequest> requestStream, IServerStreamWriter<ImportResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var isStatus = requestStream.Current.Started.Kind == CourierKind.Status;
        var length = 0;
        while (await requestStream.MoveNext(context.CancellationToken)) length += requestStream.Current.Chunk.Length;
        await responseStream.WriteAsync(new ImportResponse { Progress = new CourierProgress { Phase = "records", Done = length, Total = length } });
        await responseStream.WriteAsync(new ImportResponse
        {
            Finished = isStatus
                ? new ImportFinished { MadeBy = "site", ReportsMerged = length }
                : new ImportFinished { MadeBy = "root", Before = At(1000), After = At(1234), Records = length, RecordsPassed = 4, FilesStored = 3, FilesPresent = 2, FilesUnknown = 1, ReportsRooted = 9 },
        });
    }

    private static Position At(long sequence) => new()
    {
        LogId = ByteString.CopyFrom(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).ToByteArray(bigEndian: true)),
        Epoch = 2,
        EpochId = ByteString.CopyFrom(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12).ToByteArray(bigEndian: true)),
        Sequence = sequence,
    };
}
