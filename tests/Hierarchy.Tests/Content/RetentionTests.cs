using Hierarchy.Content;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Retention;
using Hierarchy.Content.Store;
using Hierarchy.Domain;
using Hierarchy.Domain.Distribution;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>What stays and what goes.</summary>
public sealed class RetentionTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, true)]
    public void Make_UnneededForDays_GoesAfterThirty(int days, bool goes)
    {
        var file = Stored(1);
        var plan = RetentionPlan.Make(Plan([]), [file], _ => new FileUsage(Now.AddDays(-days), null), Now);
        Assert.Equal(goes, plan.Expired.Contains(file));
    }

    [Theory]
    [InlineData(FetchPolicy.Ahead, false)]
    [InlineData(FetchPolicy.OnDemand, false)]
    [InlineData(FetchPolicy.Never, true)]
    public void Make_ByPolicyOfTheApproved_GoesOnlyWhereItIsNever(FetchPolicy policy, bool goes)
    {
        var file = Stored(1);
        var plan = RetentionPlan.Make(Plan([Planned(1, policy)]), [file], _ => new FileUsage(Now.AddDays(-90), null), Now);
        Assert.Equal(goes, plan.Expired.Contains(file));
        if (!goes) Assert.Null(plan.Usage[file.Sha256].UnneededSince);
    }

    [Fact]
    public void Make_SeenUnneededForTheFirstTime_BeginsItsTimeNow()
    {
        // A server that was down for a year has no idea since when: nothing goes at once.
        var file = Stored(1);
        var plan = RetentionPlan.Make(Plan([]), [file], _ => default, Now);
        Assert.Empty(plan.Expired);
        Assert.Equal(Now, plan.Usage[file.Sha256].UnneededSince);
    }

    [Fact]
    public void Make_ClockWentBack_TakesNothingAway()
    {
        var file = Stored(1);
        var plan = RetentionPlan.Make(Plan([]), [file], _ => new FileUsage(Now.AddYears(1), Now.AddYears(1)), Now);
        Assert.Empty(plan.Expired);
        Assert.Equal(new FileUsage(Now, Now), plan.Usage[file.Sha256]);
    }

    [Fact]
    public void Make_BeyondTheLimit_LeastNeededGoFirst()
    {
        // 1,000 bytes each: two unneeded, two for who asks, one ahead, one with a deadline; the limit holds three.
        var files = Enumerable.Range(1, 6).Select(Stored).ToArray();
        var asked = new Dictionary<StoredFile, int> { [files[0]] = 1, [files[1]] = 2, [files[2]] = 20, [files[3]] = 5 };
        var plan = Plan(
            [Planned(6, FetchPolicy.Ahead) with { Deadline = Now.AddDays(1) }, Planned(5, FetchPolicy.Ahead), Planned(3, FetchPolicy.OnDemand), Planned(4, FetchPolicy.OnDemand)], limit: 3_000);

        var retention = RetentionPlan.Make(plan, files, file => new FileUsage(null, asked.TryGetValue(file, out var days) ? Now.AddDays(-days) : null), Now);

        Assert.Empty(retention.Expired);
        Assert.Equal([files[1], files[0], files[2]], retention.BeyondLimit);
    }

    [Fact]
    public void Plan_WithALimit_PlansNoMoreThanItHolds()
    {
        var plan = Plan([Planned(1, FetchPolicy.Ahead), Planned(2, FetchPolicy.Ahead), Planned(3, FetchPolicy.Ahead), Planned(4, FetchPolicy.OnDemand)], limit: 2_500);
        Assert.Equal((2, 2_000L, 1, 1_000L), (plan.Ahead.Count, plan.BytesAhead, plan.BeyondLimit, plan.BytesBeyondLimit));
    }

    [Fact]
    public async Task Prune_UnneededFiles_WhatIfSaysThemAndPruningRemovesThem()
    {
        var time = new ManualTime(Now);
        var catalog = new Sample();
        var bytes = Enumerable.Range(0, 3).Select(i => Sample.Bytes(10_000, i)).ToArray();
        var files = bytes.Select(one => catalog.Add(one)).ToArray();
        await using var origin = await ScriptedOrigin.StartAsync();
        for (var i = 0; i < 3; i++) origin.Serve(files[i], bytes[i]);
        await using var server = await ContentServer.StartAsync(_folder, catalog, origin.Url, time: time);
        await server.Fetcher.PrefetchAsync(files, Cancellation);

        // Before it is known what is needed, nothing is unneeded.
        await Assert.ThrowsAsync<UnavailableException>(() => server.Pruner.PruneAsync(whatIf: false, Cancellation));
        server.Plans.Current = new ContentPlan(new ContentRules { Default = FetchPolicy.Ahead }, [new PlannedFile(files[0], FetchPolicy.Ahead, null)]);
        Assert.Equal(0, (await server.Pruner.PruneAsync(whatIf: false, Cancellation)).Files);

        time.Advance(TimeSpan.FromDays(20));
        using (var asked = await server.GetAsync(ContentPath.For(files[1]))) Assert.Equal(bytes[1], await asked.Content.ReadAsByteArrayAsync(Cancellation));
        await Eventually.HoldsAsync("the daily removal to have looked", () => server.Pruner.Last?.At == time.GetUtcNow() || server.Pruner.Last is not null);
        time.Advance(TimeSpan.FromDays(9));
        Assert.Equal(0, (await server.Pruner.PruneAsync(whatIf: true, Cancellation)).Files);
        time.Advance(TimeSpan.FromDays(1));

        var would = await server.Pruner.PruneAsync(whatIf: true, Cancellation);
        if (server.Store.Contains(files[2])) Assert.Equal([files[2].Sha1], would.Expired.Select(file => file.Sha1));
        await server.Pruner.PruneAsync(whatIf: false, Cancellation);
        Assert.Equal([true, true, false], files.Select(server.Store.Contains));
        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(_folder.Path, "content", "files"), "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public void Book_AfterARestart_RemembersWhatWasSavedAndTakesNoHarmFromWhatIsDamaged()
    {
        var options = new ContentOptions { Directory = _folder.Path };
        var book = new UsageBook(options, NullLogger<UsageBook>.Instance);
        var (one, two) = (Stored(1), Stored(2));
        book.Asked(one, Now);
        book.Replace(new Dictionary<Hierarchy.Content.Verification.Sha256Digest, FileUsage> { [one.Sha256] = new(null, Now), [two.Sha256] = new(Now.AddDays(-3), null) });
        book.Save();
        File.AppendAllText(_folder["usage"], "nonsense\n\n" + new string('z', 64) + " 1 2\n" + one.Sha256 + " -5 x\n");

        var again = new UsageBook(options, NullLogger<UsageBook>.Instance);

        Assert.Equal(new FileUsage(null, Now), again.Of(one));
        Assert.Equal(new FileUsage(Now.AddDays(-3), null), again.Of(two));
        Assert.Equal(default, again.Of(Stored(3)));
    }

    public void Dispose() => _folder.Dispose();

    private static ContentPlan Plan(PlannedFile[] files, long? limit = null) => new(new ContentRules { Default = FetchPolicy.Ahead, SizeLimit = limit }, files);

    private static PlannedFile Planned(int seed, FetchPolicy policy) => new(Sample.Describe(Sample.Bytes(1_000, seed)), policy, null);

    private static StoredFile Stored(int seed)
    {
        var file = Sample.Describe(Sample.Bytes(1_000, seed));
        return new StoredFile(file.Sha1, file.Sha256!.Value, file.Size);
    }
}
