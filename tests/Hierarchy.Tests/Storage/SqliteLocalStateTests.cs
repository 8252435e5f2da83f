using Hierarchy.Domain;
using Hierarchy.Storage;
using Hierarchy.Storage.Sqlite;
using Xunit;

namespace Hierarchy.Tests.Storage;

public sealed class SqliteLocalStateTests : LocalStateContract
{
    private readonly StorageFolder _folder = new();
    private SqliteLocalState? _state;

    public override async ValueTask DisposeAsync()
    {
        if (_state is not null) await _state.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Open_Twice_SaysThatAnotherHasIt() => Assert.Throws<UnavailableException>(() => SqliteLocalState.Open(_folder.File("local.db")));

    protected override async Task<ILocalState> ReopenAsync()
    {
        if (_state is not null) await _state.DisposeAsync();
        return _state = SqliteLocalState.Open(_folder.File("local.db"));
    }
}
