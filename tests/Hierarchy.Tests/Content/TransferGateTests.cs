using Hierarchy.Content;
using Hierarchy.Domain.Distribution;
using Hierarchy.Content.Transfer;
using Xunit;

namespace Hierarchy.Tests.Content;

public sealed class TransferGateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_AheadTakesAllItMay_LeavesAPlaceForAClient()
    {
        var gate = new TransferGate(2);
        using var first = await gate.EnterAsync(() => TransferPriority.Ahead, Cancellation);
        var second = gate.EnterAsync(() => TransferPriority.Ahead, Cancellation);
        using var client = await gate.EnterAsync(() => TransferPriority.OnDemand, Cancellation);
        Assert.False(second.IsCompleted);
        first.Dispose();
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Enter_ClientComesLast_GoesFirst()
    {
        var gate = new TransferGate(1);
        var held = await gate.EnterAsync(() => TransferPriority.Ahead, Cancellation);
        var ahead = gate.EnterAsync(() => TransferPriority.Ahead, Cancellation);
        var client = gate.EnterAsync(() => TransferPriority.OnDemand, Cancellation);
        held.Dispose();
        using (await client) Assert.False(ahead.IsCompleted);
        (await ahead).Dispose();
    }

    [Fact]
    public async Task Admit_PriorityRises_LetsItIn()
    {
        var priority = TransferPriority.Ahead;
        var gate = new TransferGate(2);
        using var held = await gate.EnterAsync(() => TransferPriority.Ahead, Cancellation);
        var raised = gate.EnterAsync(() => priority, Cancellation);
        Assert.False(raised.IsCompleted);
        priority = TransferPriority.OnDemand;
        gate.Admit();
        (await raised).Dispose();
    }

    [Fact]
    public async Task Enter_Cancelled_LeavesTheQueue()
    {
        var gate = new TransferGate(1);
        var held = await gate.EnterAsync(() => TransferPriority.OnDemand, Cancellation);
        using var cancelling = new CancellationTokenSource();
        var waiting = gate.EnterAsync(() => TransferPriority.OnDemand, cancelling.Token);
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        held.Dispose();
        (await gate.EnterAsync(() => TransferPriority.OnDemand, Cancellation)).Dispose();
    }

    [Fact]
    public void Validate_EverythingWrong_IsToldAtOnce()
    {
        var options = new ContentOptions
        {
            Directory = " ",
            Source = (ContentSource)9,
            Policy = (FetchPolicy)9,
            ParentUrl = new Uri("ftp://host"),
            MaxParallel = 0,
            MaxAttempts = 0,
            RetryDelay = TimeSpan.FromSeconds(-1),
            StallTimeout = TimeSpan.Zero,
            FirstByteTimeout = TimeSpan.Zero,
            ReservedBytes = -1,
            UserAgent = "a b c",
        };
        Assert.Equal(11, options.Validate().Count());
        Assert.Empty(new ContentOptions { Directory = "content" }.Validate());
    }
}
