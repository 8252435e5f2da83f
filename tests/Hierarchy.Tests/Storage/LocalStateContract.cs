using Hierarchy.Storage;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage;

/// <summary>What every implementation of <see cref="ILocalState"/> must do.</summary>
public abstract class LocalStateContract : IAsyncLifetime
{
    private ILocalState _state = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the test's store; closes it first if it is open.</summary>
    protected abstract Task<ILocalState> ReopenAsync();

    public async ValueTask InitializeAsync() => _state = await ReopenAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Set_ThenRestart_IsThere()
    {
        Assert.Null(await _state.GetAsync("anchor", Token));
        await _state.SetAsync("anchor", Bytes("1"), Token);
        await _state.SetAsync("anchor", Bytes("2"), Token);
        await _state.SetAsync("empty", default, Token);

        _state = await ReopenAsync();

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
    public async Task Names_AreToldApartAndOrderedByTheirBytes()
    {
        string[] names = ["a", "A", "a ", "ä", "a\u0308", "é", "z", "\uFFFD", "\U0001F600", "ß", "ss"];
        foreach (var name in names)
            await _state.SetAsync(name, Bytes(name), Token);

        var listed = await _state.ListAsync("", Token);

        Assert.Equal(names.OrderBy(name => Convert.ToHexString(Bytes(name).Span), StringComparer.Ordinal), listed.Select(entry => entry.Key));
        Assert.All(listed, entry => Assert.Equal(entry.Key, Text(entry.Value)));
        Assert.Equal(["a", "a ", "a\u0308"], (await _state.ListAsync("a", Token)).Select(entry => entry.Key));
    }

    [Fact]
    public async Task Set_LongNameAndLargeValue_AreKeptWhole()
    {
        var name = new string('n', 512);
        var value = new byte[300_000];
        Random.Shared.NextBytes(value);
        await _state.SetAllAsync([new(name, value), new("twice", Bytes("1")), new("twice", Bytes("2"))], Token);

        Assert.Equal(value, await _state.GetAsync(name, Token));
        Assert.Equal("2", Text(await _state.GetAsync("twice", Token)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _state.SetAsync(name + "n", Bytes("1"), Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _state.SetAsync(new string('ü', 257), Bytes("1"), Token));
    }

    [Fact]
    public async Task SetAll_ManyNames_ChangeTogether()
    {
        await _state.SetAllAsync([.. Enumerable.Range(0, 3000).Select(i => new KeyValuePair<string, ReadOnlyMemory<byte>?>($"n{i:0000}", Bytes($"{i}")))], Token);
        Assert.Equal(3000, (await _state.ListAsync("n", Token)).Count);
        await _state.SetAllAsync([.. Enumerable.Range(0, 3000).Select(i => new KeyValuePair<string, ReadOnlyMemory<byte>?>($"n{i:0000}", i % 2 == 0 ? (ReadOnlyMemory<byte>?)null : Bytes("x")))], Token);
        Assert.Equal(1500, (await _state.ListAsync("n", Token)).Count);
    }
}
