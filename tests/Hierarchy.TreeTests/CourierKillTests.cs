using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Hierarchy.Testing.Tree;
using Xunit;

namespace Hierarchy.TreeTests;

/// <summary>A site without a connection is killed (kill -9) in the middle of an import, and takes the same file again.</summary>
public sealed class CourierKillTests : IDisposable
{
    private const int ChunkBytes = 200_000;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.6)]
    [InlineData(0.95)]
    public async Task Site_KilledInTheMiddleOfAnImport_GoesOnWhereItWas(double part)
    {
        await FillAsync(_folder.CreateFolder("root"));
        await using var root = new ServerNode("root", _folder["root"], new ServerNode.Place());
        await root.StartAsync(Token);
        var file = await ExportAsync(root);
        await using var site = new ServerNode("site", _folder.CreateFolder("site"), new ServerNode.Place { Parent = "courier" });
        await site.StartAsync(Token);

        using (var call = new CourierService.CourierServiceClient(site.Channel).Import(cancellationToken: Token))
        {
            await SendAsync(call, file.AsMemory(0, (int)(file.Length * part)));
            while (await call.ResponseStream.MoveNext(Token))
                if (call.ResponseStream.Current.Progress is { Done: > 1000 }) break;
            await site.KillAsync(Token);
        }

        await site.StartAsync(Token);
        Assert.Equal(0, (await site.LogStateAsync(Token)).Position?.Sequence ?? 0);
        using var again = new CourierService.CourierServiceClient(site.Channel).Import(cancellationToken: Token);
        await SendAsync(again, file);
        await again.RequestStream.CompleteAsync();
        ImportFinished? finished = null;
        while (await again.ResponseStream.MoveNext(Token))
            finished = again.ResponseStream.Current.Finished ?? finished;

        Assert.True(finished!.RecordsPassed > 0, "everything was taken anew");
        Assert.True(finished.Records > 0);
        var (here, there) = (await site.LogStateAsync(Token), await root.LogStateAsync(Token));
        Assert.Equal((there.Position.Sequence, there.Count, there.Digest), (here.Position.Sequence, here.Count, here.Digest));
    }

    private static async Task FillAsync(string folder)
    {
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "log.db") });
        var random = new Random(1);
        for (var i = 0; i < 20; i++)
        {
            var changes = new List<Change>();
            for (var n = 0; n < 1000; n++)
            {
                var payload = new byte[300];
                random.NextBytes(payload);
                changes.Add(new Change(900, Encoding.UTF8.GetBytes($"key {i} {n}"), payload));
            }

            await log.CommitAsync(changes, Token);
        }
    }

    private static async Task<byte[]> ExportAsync(ServerNode root)
    {
        using var call = new CourierService.CourierServiceClient(root.Channel).Export(new ExportRequest { Kind = CourierKind.Log }, cancellationToken: Token);
        using var file = new MemoryStream();
        while (await call.ResponseStream.MoveNext(Token))
            if (call.ResponseStream.Current.EventCase == ExportResponse.EventOneofCase.Chunk)
                file.Write(call.ResponseStream.Current.Chunk.Span);
        return file.ToArray();
    }

    private static async Task SendAsync(AsyncDuplexStreamingCall<ImportRequest, ImportResponse> call, ReadOnlyMemory<byte> bytes)
    {
        await call.RequestStream.WriteAsync(new ImportRequest { Started = new ImportStarted { Kind = CourierKind.Log } }, Token);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(ChunkBytes, bytes.Length)..])
            await call.RequestStream.WriteAsync(new ImportRequest { Chunk = ByteString.CopyFrom(bytes[..Math.Min(ChunkBytes, bytes.Length)].Span) }, Token);
    }
}
