using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage;

public sealed class SqliteLostStoreTests : IAsyncLifetime
{
    private static readonly Position Before = new(new LogId(Guid.NewGuid()), 2, Guid.NewGuid(), 40);

    private readonly StorageFolder _folder = new();
    private SqliteLostStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _store = SqliteLostStore.Open(_folder.File("lost.db"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Keep_Pages_AreThereAfterARestartTombstonesIncluded()
    {
        var loss = Lost(Before);
        var id = await _store.KeepAsync(loss, Pages([Record(38, "a", "1"), Record(39, "b", null)], [Record(40, "", "")]), Token);

        await _store.DisposeAsync();
        _store = SqliteLostStore.Open(_folder.File("lost.db"));

        Assert.Equal(3, _store.Count);
        Assert.Equal(loss with { Id = id, Records = 3 }, Assert.Single(await _store.ListAsync(Token)));
        var records = await _store.ReadAsync(id, 0, 10, Token);
        Assert.Equal(["38 a=1", "39 b=(deleted)", "40 ="], Texts(records));
        Assert.False(records[2].IsTombstone);
        Assert.Equal(["39 b=(deleted)"], Texts(await _store.ReadAsync(id, 38, 1, Token)));
    }

    [Fact]
    public async Task Keep_TheSameAgainAfterACrash_TakesThePlaceOfTheFirst()
    {
        var first = await _store.KeepAsync(Lost(Before), Pages([Record(39, "a", "1"), Record(40, "b", "1")]), Token);

        var again = await _store.KeepAsync(Lost(Before) with { Common = 39, Reason = "Again." }, Pages([Record(40, "b", "1")]), Token);

        Assert.Equal(first, again);
        Assert.Equal((1L, 39L, "Again."), (_store.Count, (await _store.ListAsync(Token))[0].Common, (await _store.ListAsync(Token))[0].Reason));
        Assert.Equal(["40 b=1"], Texts(await _store.ReadAsync(again, 0, 10, Token)));
    }

    [Fact]
    public async Task Keep_CutOffInTheMiddle_KeepsNothing()
    {
        await Assert.ThrowsAsync<IOException>(async () => await _store.KeepAsync(Lost(Before), Broken(), Token));

        Assert.Equal(0, _store.Count);
        Assert.Empty(await _store.ListAsync(Token));
        Assert.Equal(1, await _store.KeepAsync(Lost(Before), Pages([Record(40, "b", "1")]), Token));

        static async IAsyncEnumerable<IReadOnlyList<ChangeRecord>> Broken()
        {
            yield return [Record(39, "a", "1")];
            await Task.Yield();
            throw new IOException("The mirror's disk failed.");
        }
    }

    [Fact]
    public async Task Forget_ALoss_IsGoneAndItsIdIsNotGivenAgain()
    {
        var first = await _store.KeepAsync(Lost(Before), Pages([Record(40, "a", "1")]), Token);
        var second = await _store.KeepAsync(Lost(Before with { Sequence = 50 }), Pages([Record(50, "a", "2")]), Token);

        Assert.True(await _store.ForgetAsync(second, Token));
        Assert.False(await _store.ForgetAsync(second, Token));

        Assert.Equal(first, Assert.Single(await _store.ListAsync(Token)).Id);
        Assert.Equal(1, _store.Count);
        Assert.Empty(await _store.ReadAsync(second, 0, 10, Token));
        Assert.True(await _store.KeepAsync(Lost(Before with { Sequence = 60 }), Pages([Record(60, "a", "3")]), Token) > second);
    }

    private static Loss Lost(Position before) => new(0, DateTimeOffset.UnixEpoch.AddDays(3), "A reason.", before, 37, before with { Epoch = 100_002, EpochId = Guid.Parse("00000000-0000-0000-0000-000000000007"), Sequence = 41 }, 0);

    private static ChangeRecord Record(long sequence, string key, string? value) => value is null
        ? new ChangeRecord(sequence, Kind, Bytes(key), Payload: null)
        : new ChangeRecord(sequence, Kind, Bytes(key), Bytes(value));

    private static async IAsyncEnumerable<IReadOnlyList<ChangeRecord>> Pages(params ChangeRecord[][] pages)
    {
        foreach (var page in pages)
        {
            await Task.Yield();
            yield return page;
        }
    }
}
