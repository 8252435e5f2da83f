using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Hosting;
using Hierarchy.Testing.Chaos;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>
/// Whatever the upstream and the line do to a root's synchronizations, the catalog in the end is the one of a root that nobody disturbed: the same
/// <see cref="CatalogDigest"/>. That a root is killed meanwhile is tested with processes: KillTests.
/// </summary>
public sealed class DisturbedSyncTests
{
    private const int MostRuns = 60;

    private static readonly Dictionary<string, string?> Impatient = new() { ["Upstream:RetryDelay"] = "00:00:00.001", ["Upstream:MaxRetryDelay"] = "00:00:00.010" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Sync_FaultsAndCutsAtRandom_EndsWithTheUndisturbedCatalog(int seed)
    {
        await using var upstream = await UpstreamAsync(seed);
        var undisturbed = await UndisturbedAsync(upstream);
        await using var root = await RootAsync(upstream);
        upstream.Faults.DisturbAtRandom(seed, share: 0.4, most: 40);

        await SynchronizeAsync(root, () => upstream.Faults.RandomLeft == 0);

        Assert.Equal(undisturbed, await CatalogDigest.OfAsync(root.Channel, Token));
        Assert.Empty((await root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: Token)).Quarantined);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(60_000)]
    public async Task Sync_ConnectionsCutInTheMiddleOfABody_EndsWithTheUndisturbedCatalog(long after)
    {
        await using var upstream = await UpstreamAsync(seed: 7);
        var undisturbed = await UndisturbedAsync(upstream);
        await using var root = await RootAsync(upstream);
        upstream.Faults.CutNext(5, after, "GetUpdateData");
        upstream.Faults.CutNext(2, after / 10, "GetRevisionIdList");

        await SynchronizeAsync(root, () => true);

        Assert.Equal(undisturbed, await CatalogDigest.OfAsync(root.Channel, Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task Sync_UpstreamRestartsWithNewAnchorsMeanwhile_EndsWithTheUndisturbedCatalog(int afterCalls)
    {
        await using var upstream = await UpstreamAsync(seed: 8, TimeSpan.FromMilliseconds(20));
        var undisturbed = await UndisturbedAsync(upstream);
        await using var root = await RootAsync(upstream);
        var before = upstream.Counters.CallsOf("GetUpdateData");

        var running = SynchronizeAsync(root, () => true);
        await Eventually.HoldsAsync("the synchronization is in the middle", () => upstream.Counters.CallsOf("GetUpdateData") >= before + afterCalls);
        upstream.RestartWithNewAnchors();
        await running;
        Assert.Equal(undisturbed, await CatalogDigest.OfAsync(root.Channel, Token));

        upstream.RestartWithNewAnchors();
        await SynchronizeAsync(root, () => true);
        Assert.Equal(undisturbed, await CatalogDigest.OfAsync(root.Channel, Token));
    }

    [Fact]
    public async Task Digest_OfAnotherCatalog_IsAnother()
    {
        await using var upstream = await UpstreamAsync(seed: 9);
        await using var root = await RootAsync(upstream);
        await SynchronizeAsync(root, () => true);
        var before = await CatalogDigest.OfAsync(root.Channel, Token);

        upstream.Library.Revise(DemoUpdates.IdOf(1));
        await SynchronizeAsync(root, () => true);
        var after = await CatalogDigest.OfAsync(root.Channel, Token);

        Assert.Equal(before.Revisions + 1, after.Revisions);
        Assert.NotEqual(before.Sha256, after.Sha256);
    }

    private static Task<MicrosoftUpdateServer> UpstreamAsync(int seed, TimeSpan latency = default) => MicrosoftUpdateServer.StartAsync(
        SimulatedCatalog.Create(new CatalogOptions { Generate = 700, Demo = 2, Seed = seed }, Token), new MicrosoftUpdateOptions { Latency = latency }, Token);

    private static async Task<RunningServer> RootAsync(MicrosoftUpdateServer upstream)
    {
        var root = await RunningServer.StartAsync(new ServerOptions { Role = "root", Name = "root", MicrosoftUpdate = upstream.Url.AbsoluteUri }, settings: Impatient);
        await root.TakeEverythingAsync();
        return root;
    }

    private static async Task<CatalogDigest> UndisturbedAsync(MicrosoftUpdateServer upstream)
    {
        await using var root = await RootAsync(upstream);
        await SynchronizeAsync(root, () => true);
        var digest = await CatalogDigest.OfAsync(root.Channel, Token);
        Assert.Equal(upstream.Library.Count, digest.Revisions);
        return digest;
    }

    /// <summary>Synchronizes, as an administrator or a schedule does again and again, until a run has ended well that began after all that was in store had happened.</summary>
    private static async Task SynchronizeAsync(RunningServer root, Func<bool> isCalm)
    {
        var reasons = new List<string>();
        for (var i = 0; i < MostRuns; i++)
        {
            var wasCalm = isCalm();
            using var call = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token);
            SyncRun? finished = null;
            await foreach (var progress in call.ResponseStream.ReadAllAsync(Token)) finished = progress.Finished ?? finished;
            Assert.NotNull(finished);
            if (wasCalm && finished.Error.Length == 0) return;
            reasons.Add(finished.Error);
        }

        Assert.Fail($"No synchronization of {MostRuns} ended well:\n{string.Join('\n', reasons)}");
    }
}
