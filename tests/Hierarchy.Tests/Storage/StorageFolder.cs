using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Tests.Storage;

/// <summary>A folder of one test, deleted after it.</summary>
internal sealed class StorageFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hierarchy-storage-");

    public string Path => _folder.FullName;

    public SqliteStoreOptions File(string name) => new() { Path = System.IO.Path.Combine(Path, name) };

    public void Dispose() => _folder.Delete(recursive: true);
}
