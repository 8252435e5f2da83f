using Hierarchy.Storage;
using Hierarchy.Storage.SqlServer;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage.SqlServer;

public sealed class SqlServerLocalStateTests : LocalStateContract
{
    private readonly SqlServerSandbox _sandbox = new();

    public override ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task Open_ManyAtOnceOnAnEmptyDatabase_AllFindTheSameTable()
    {
        _sandbox.Execute("DROP TABLE hierarchy.local_state");
        _sandbox.Execute("DROP TABLE hierarchy.schema_version");
        var states = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => SqlServerLocalState.Open(_sandbox.Options), Token)));
        for (var i = 0; i < states.Length; i++)
            await states[i].SetAsync($"{i}", Bytes($"{i}"), Token);
        Assert.Equal(6, (await states[0].ListAsync("", Token)).Count);
    }

    protected override Task<ILocalState> ReopenAsync() => Task.FromResult<ILocalState>(SqlServerLocalState.Open(_sandbox.Options));
}
