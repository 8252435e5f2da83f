using Hierarchy.Testing.Namespaces;
using Xunit;

namespace Hierarchy.TreeTests;

/// <summary>Sites behind lines of their own, as real computers would stand in them: what crosses a line, and what happens when servers and lines die and come back.</summary>
public sealed class SiteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sites_ServersAndLinesDieAndReturn_ContentCrossesEachLineOnceAndAnswersStayRight()
    {
        Assert.SkipWhen(NetworkNamespaces.WhyNot is not null, NetworkNamespaces.WhyNot ?? "");
        await using var sites = new SiteScenario();
        try
        {
            await sites.StartAsync(Token);
            await ContentCrossesOnceAsync(sites, update: 1);

            // A replica dies: the branch's computers go on with the other one, and the line still carries the content once.
            await sites.Replicas(1)[0].KillAsync(Token);
            await ContentCrossesOnceAsync(sites, update: 2);

            // The whole site's servers die: its computers are served from outside.
            await sites.Replicas(1)[1].KillAsync(Token);
            await sites.ApproveAsync(3, Token);
            await sites.InstalledAsync(1, 3, Token);
            await sites.InstalledAsync(2, 3, Token);

            // They return, and the line dies: the other branch goes on, this one waits; and then it catches up.
            await Task.WhenAll(sites.Replicas(1).Select(replica => replica.StartAsync(Token)));
            await sites.AllEqualAsync(Token);
            sites.Links[0].IsCut = true;
            await sites.ApproveAsync(4, Token);
            await sites.InstalledAsync(2, 4, Token);
            Assert.False(sites.AnyInstalled(1, 4));
            sites.Links[0].IsCut = false;
            await sites.InstalledAsync(1, 4, Token);

            await sites.AllEqualAsync(Token);
            for (var update = 1; update <= 4; update++) await sites.RootKnowsAsync(update, computers: 6, Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"What every program said: {sites.WriteLogs()}");
            throw;
        }
    }

    private static async Task ContentCrossesOnceAsync(SiteScenario sites, int update)
    {
        var before = sites.Links.Select(link => link.BytesHomeward).ToArray();
        await sites.ApproveAsync(update, Token);
        await sites.InstalledAsync(1, update, Token);
        await sites.InstalledAsync(2, update, Token);
        await sites.RootKnowsAsync(update, computers: 6, Token);
        for (var i = 0; i < before.Length; i++)
        {
            // Headers, packets sent again and the records of the log are the rest.
            var crossed = sites.Links[i].BytesHomeward - before[i];
            Assert.InRange(crossed, SiteScenario.Payload, SiteScenario.Payload * 5L / 4);
        }
    }
}
