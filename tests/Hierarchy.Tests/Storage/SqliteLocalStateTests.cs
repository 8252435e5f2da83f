using Hierarchy.Domain;
using Hierarchy.Storage.Sqlite;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage;

public sealed class SqliteLocalStateTests : IAsyncLifetime
{
    private readonly StorageFolder _folder = new();
    private SqliteLocalState _state = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _state = SqliteLocalState.Open(_folder.File("local.db"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _state.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Set_ThenRestart_IsThere()
    {
        Assert.Null(await _state.GetAsync("anchor", Token));
        await _state.SetAsync("anchor", Bytes("1"), Token);
        await _state.SetAsync("anchor", Bytes("2"), Token);
        await _state.SetAsync("empty", default, Token);

        await _state.DisposeAsync();
        _state = SqliteLocalState.Open(_folder.File("local.db"));

        Assert.Equal("2", Text(await _state.GetAsync("anchor", Token)));
        Assert.Empty((await _state.GetAsync("empty", Token))!);
        await _state.DeleteAsync("anchor", Token);
        await _state.DeleteAsync("anchor", Token);
        Assert.Null(await _state.GetAsync("anchor", Token));
    }

    [Fact]
    public async Task List_Prefix_GivesThatFolderInOrder()
    {
        await _state.SetAllAsync([new("q/b", Bytes("2")), new("q/a", Bytes("1")), new("q", Bytes("0")), new("r/a", Bytes("3")), new("q/ü", Bytes("4"))], Token);

        Assert.Equal(["q/a=1", "q/b=2", "q/ü=4"], (await _state.ListAsync("q/", Token)).Select(entry => $"{entry.Key}={Text(entry.Value)}"));
        Assert.Equal(5, (await _state.ListAsync("", Token)).Count);
        Assert.Empty(await _state.ListAsync("x", Token));
    }

    [Fact]
    public async Task SetAll_OneBadName_ChangesNothing()
    {
        await _state.SetAsync("a", Bytes("1"), Token);
        await Assert.ThrowsAsync<ArgumentException>(async () => await _state.SetAllAsync([new("a", Bytes("2")), new("", Bytes("3"))], Token));
        Assert.Equal("1", Text(await _state.GetAsync("a", Token)));
    }

    [Fact]
    public async Task Set_ManyAtOnce_AllAreThere()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () => await _state.SetAsync($"{i}", Bytes($"{i}"), Token), Token)));
        Assert.Equal(50, (await _state.ListAsync("", Token)).Count);
    }

    [Fact]
    public void Open_Twice_SaysThatAnotherHasIt() => Assert.Throws<UnavailableException>(() => SqliteLocalState.Open(_folder.File("local.db")));
}
