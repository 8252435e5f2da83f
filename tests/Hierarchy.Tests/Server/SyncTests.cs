using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Synchronizations of a whole root with the simulated Microsoft Update, as an administrator runs them.</summary>
public sealed class SyncTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sync_RecordedDocuments_AreOnTheReplicaByteForByte()
    {
        var folder = RepositoryRoot.Fixture("updates");
        await using var upstream = await UpstreamAsync(new CatalogOptions { Documents = folder, Demo = 1, LeaveMissing = 2 });
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);

        var run = await RunAsync(root);

        Assert.Equal("", run.Error);
        Assert.Equal(upstream.Library.Count, run.NewUpdates);
        await replica.EqualsAsync(root);
        foreach (var document in DocumentFolder.Read(folder))
        {
            var update = await replica.Admin.GetUpdateAsync(new GetUpdateRequest { Update = document.Summary.Key.Id.ToString() }, cancellationToken: Token);
            Assert.Equal(document.Xml, update.Document);
            Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(document.Xml)), update.DocumentSha256.ToByteArray());
        }

        var status = await replica.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: Token);
        Assert.Equal(2, status.MissingPrerequisites.Count);
    }

    [Fact]
    public async Task Sync_Again_TransfersAndCommitsNothing()
    {
        await using var upstream = await UpstreamAsync(new CatalogOptions { Demo = 3 });
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await RunAsync(root);
        var head = root.Log.Head.Position;
        var sent = upstream.Counters.UpdatesSent;

        var again = await RunAsync(root);

        Assert.Equal((0, 0, 0), (again.NewUpdates, again.RevisedUpdates, again.Quarantined));
        Assert.Equal(head, root.Log.Head.Position);
        Assert.Equal(sent, upstream.Counters.UpdatesSent);
    }

    [Fact]
    public async Task Sync_LogPutBackAsItWasBefore_AsksForEverythingAgain()
    {
        await using var upstream = await UpstreamAsync(new CatalogOptions { Demo = 3 });
        using var folder = new TemporaryFolder();
        await using (var root = await RunningServer.RootOfEverythingAsync(upstream, folder["root"])) await RunAsync(root);
        File.Copy(folder["root/log.db"], folder["log.db"]);
        var id = Guid.NewGuid();
        upstream.Library.Publish(SourceDocument.Parse(
            $"<upd:Update xmlns:upd='http://schemas.microsoft.com/msus/2002/12/Update'><upd:UpdateIdentity UpdateID='{id}' RevisionNumber='1' /><upd:Properties UpdateType='Software' /></upd:Update>"));
        await using (var root = await RunningServer.RootAsync(folder["root"], upstream.Url.AbsoluteUri))
            Assert.Equal(1, (await RunAsync(root)).NewUpdates);

        foreach (var file in Directory.GetFiles(folder["root"], "log.db*")) File.Delete(file);
        File.Copy(folder["log.db"], folder["root/log.db"]);
        await using var again = await RunningServer.RootAsync(folder["root"], upstream.Url.AbsoluteUri);
        Assert.DoesNotContain(id, again.Views.View.Updates.Keys);

        Assert.Equal(1, (await RunAsync(again)).NewUpdates);
        Assert.Contains(id, again.Views.View.Updates.Keys);
    }

    [Fact]
    public async Task Sync_DocumentThatNoReplicaCouldTake_IsQuarantinedAndTheTreeGoesOn()
    {
        await using var upstream = await UpstreamAsync(new CatalogOptions { Demo = 3, CompressAbove = int.MaxValue });
        var (id, random) = (Guid.NewGuid(), new Random(9));
        var filler = string.Create(8_000_000, random, static (text, random) =>
        {
            foreach (ref var character in text) character = (char)random.Next(0x4E00, 0x9FFF);
        });
        upstream.Library.Publish(SourceDocument.Parse(
            $"<upd:Update xmlns:upd='http://schemas.microsoft.com/msus/2002/12/Update'><upd:UpdateIdentity UpdateID='{id}' RevisionNumber='1' /><upd:Properties UpdateType='Software' /><x>{filler}</x></upd:Update>"));
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);

        var run = await RunAsync(root);

        Assert.Equal(("", 1), (run.Error, run.Quarantined));
        Assert.Equal(upstream.Library.Count - 1, run.NewUpdates);
        var status = await root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: Token);
        Assert.Contains("replicas take no more than", Assert.Single(status.Quarantined).Reason, StringComparison.Ordinal);
        await replica.EqualsAsync(root);
    }

    [Fact]
    public async Task Sync_RevisedAndExpired_AreCountedAndWithdrawn()
    {
        await using var upstream = await UpstreamAsync(new CatalogOptions { Demo = 3 });
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await RunAsync(root);
        upstream.Library.Revise(DemoUpdates.IdOf(1));
        upstream.Library.Expire(DemoUpdates.IdOf(2));

        var run = await RunAsync(root);

        Assert.Equal((0, 2, 1), (run.NewUpdates, run.RevisedUpdates, run.ExpiredUpdates));
        Assert.False(root.Views.View.Updates[DemoUpdates.IdOf(2)].IsLive);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await root.Admin.ApproveAsync(
            new ApproveRequest { Update = DemoUpdates.IdOf(2).ToString(), Group = "All Computers" }, cancellationToken: Token));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }

    [Fact]
    public async Task Sync_DocumentWithoutMeaning_IsListedAndTheRestSyncs()
    {
        await using var upstream = await UpstreamAsync(new CatalogOptions { Demo = 3 });
        var bad = Guid.NewGuid();
        upstream.Library.Publish(SourceDocument.Parse(
            $"""
            <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="{bad}" RevisionNumber="1" /><upd:Properties UpdateType="Software" />
            <upd:Relationships><upd:Prerequisites><upd:AtLeastOne></upd:AtLeastOne></upd:Prerequisites></upd:Relationships></upd:Update>
            """));
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);

        var run = await RunAsync(root);

        Assert.Equal(("", 1), (run.Error, run.Quarantined));
        Assert.Equal(upstream.Library.Count - 1, run.NewUpdates);
        var status = await root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: Token);
        Assert.Equal(bad, new Guid(Assert.Single(status.Quarantined).Identity.UpdateId.Span, bigEndian: true));
        Assert.NotEqual("", status.Quarantined[0].Reason);

        upstream.Library.Revise(bad, xml => xml.Replace("<upd:AtLeastOne></upd:AtLeastOne>", "", StringComparison.Ordinal));
        Assert.Equal(1, (await RunAsync(root)).NewUpdates);
    }

    [Theory]
    [InlineData("GetUpdateData")]
    [InlineData("GetRevisionIdList")]
    [InlineData("GetCookie")]
    public async Task Sync_UpstreamRefuses_SaysWhyAndTheNextOneSucceeds(string operation)
    {
        await using var upstream = await UpstreamAsync(new CatalogOptions { Demo = 3 });
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        upstream.Faults.FailNext(100, "InvalidParameters", operation);

        var failed = await RunAsync(root);
        upstream.Faults.Clear();
        var second = await RunAsync(root);

        Assert.Contains("InvalidParameters", failed.Error, StringComparison.Ordinal);
        Assert.Equal("", second.Error);
        Assert.Equal(upstream.Library.Count, failed.NewUpdates + second.NewUpdates);
        Assert.Equal(2, (await root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: Token)).Runs.Count);
    }

    [Fact]
    public async Task Sync_OnAReplica_IsRefused()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);

        var refused = await Assert.ThrowsAsync<RpcException>(() => RunAsync(replica));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }

    private static Task<MicrosoftUpdateServer> UpstreamAsync(CatalogOptions catalog) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(catalog, Token), new MicrosoftUpdateOptions(), Token);

    internal static async Task<SyncRun> RunAsync(RunningServer server)
    {
        using var call = server.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token);
        SyncRun? finished = null;
        while (await call.ResponseStream.MoveNext(Token)) finished = call.ResponseStream.Current.Finished;
        Assert.NotNull(finished);
        return finished;
    }
}
