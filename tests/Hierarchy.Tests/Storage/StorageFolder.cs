using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;

namespace Hierarchy.Tests.Storage;

/// <summary>A folder of one test for databases.</summary>
internal sealed class StorageFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public SqliteStoreOptions File(string name) => new() { Path = _folder[name] };

    public void Dispose() => _folder.Dispose();
}
