using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Backups;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Storage.Backups;

/// <summary>Archives that were cut, flipped, or made by somebody with other plans: none is restored, and nothing but the temporary folder is written.</summary>
public sealed class HostileBackupTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(40);
    private string _good = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        LogHead head;
        await using (var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = _folder["log.db"] }))
        {
            await log.CommitAsync([.. Enumerable.Range(0, 300).Select(i => Sample.Set($"key {i}", new string((char)('a' + (i % 26)), 200)))], Token);
            head = log.Head;
            await SqliteCopy.CopyAsync(_folder["log.db"], _folder["copy.db"], (_, _) => { }, Token);
        }

        File.WriteAllBytes(_folder["tree.key"], _secret);
        _good = _folder["good.zip"];
        await using var output = File.Create(_good);
        await BackupWriter.WriteAsync(output, ManifestOf(head), [("log.db", _folder["copy.db"]), ("secrets/tree.key", _folder["tree.key"])], _ => { }, Token);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Backup_Whole_IsRestoredAndKeepsItsSecretsToItself()
    {
        var result = await RestoreAsync(_good);

        Assert.Equal(301, result.Manifest.Count);
        var key = Path.Combine(_folder["data"], "secrets", "tree.key");
        Assert.Equal(_secret, File.ReadAllBytes(key));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.NotNull(RestoredMarker.Read(_folder["data"]));
        Assert.Equal(["log.db", "restored", "secrets"], Directory.GetFileSystemEntries(_folder["data"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Restore_KilledBefore_BeginsAnew()
    {
        Directory.CreateDirectory(_folder["data.restoring"]);
        File.WriteAllText(_folder["data.restoring/log.db"], "half of it");

        await RestoreAsync(_good);

        Assert.False(Directory.Exists(_folder["data.restoring"]));
        Assert.Equal(new FileInfo(_folder["copy.db"]).Length, new FileInfo(Path.Combine(_folder["data"], "log.db")).Length);
    }

    [Fact]
    public async Task Backup_BitsFlipped_IsNeverRestoredAsSomethingElse()
    {
        var bytes = File.ReadAllBytes(_good);
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 120; i++)
        {
            var broken = (byte[])bytes.Clone();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_folder["broken.zip"], broken);
            try
            {
                // What does not matter (a time, an attribute) may be flipped; then the files are what they were.
                await BackupRestore.VerifyAsync(_folder["broken.zip"], (_, _, _) => { }, Token);
            }
            catch (Exception exception) when (exception is IntegrityException or UnavailableException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 120);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(-1)]
    [InlineData(-400)]
    public async Task Backup_Truncated_IsRefused(int length)
    {
        var bytes = File.ReadAllBytes(_good);
        File.WriteAllBytes(_folder["broken.zip"], length >= 0 ? bytes[..length] : bytes[..^-length]);
        await RefusedAsync(_folder["broken.zip"]);
    }

    [Theory]
    [InlineData("../evil.db")]
    [InlineData("secrets/../../evil")]
    [InlineData("/etc/evil.db")]
    [InlineData("C:\\evil.db")]
    [InlineData("secrets/.hidden")]
    [InlineData("server.lock")]
    [InlineData("restored")]
    public async Task Backup_WithANameThatLeadsOut_IsRefused(string name)
    {
        await RefusedAsync(Forge((name, Encoding.UTF8.GetBytes("evil"))));
        Assert.False(File.Exists(_folder["evil.db"]));
    }

    [Fact]
    public async Task Backup_WithAnEntryThatGrows_IsReadNoFurtherThanItsManifestAllows()
    {
        var bomb = Forge(claimed: 10, ("log.db", new byte[64 << 20]));
        Assert.True(new FileInfo(bomb).Length < 1 << 20);
        var error = await RefusedAsync(bomb);
        Assert.Contains("longer than its manifest says", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_WithMoreThanTheDiskHolds_IsRefusedBeforeAnythingIsWritten()
    {
        var error = await RefusedAsync(Forge(claimed: long.MaxValue / 2, ("log.db", [1])));
        Assert.Contains("are free", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_WithAManifestThatNamesAnotherState_IsRefused()
    {
        var (copy, head) = (File.ReadAllBytes(_folder["copy.db"]), new LogHead(new Position(new LogId(Guid.NewGuid()), 1, Guid.NewGuid(), 5), 0, 5, new byte[2048]));
        var error = await RefusedAsync(Forge(ManifestOf(head), copy.Length, ("log.db", copy)));
        Assert.Contains("holds the state that its manifest names", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_OfALaterFormat_IsRefusedWithTheNextStep()
    {
        var error = await RefusedAsync(Forge(ManifestOf(LogHead.Empty) with { Format = 2 }, 1, ("log.db", [1])));
        Assert.Contains("a newer one", error, StringComparison.Ordinal);
    }

    private static BackupManifest ManifestOf(LogHead head) => new()
    {
        Format = BackupManifest.CurrentFormat,
        ServerId = Guid.NewGuid(),
        ServerName = "root",
        Role = "root",
        TakenAt = DateTimeOffset.UnixEpoch.AddYears(50),
        LogId = head.Position.Log.Value,
        Epoch = head.Position.Epoch,
        EpochId = head.Position.EpochId,
        Sequence = head.Position.Sequence,
        Count = head.Count,
        Digest = Convert.ToBase64String(head.Digest.Span),
        Files = [],
    };

    private string Forge(params (string Name, byte[] Bytes)[] files) => Forge(ManifestOf(LogHead.Empty), null, files);

    private string Forge(long claimed, params (string Name, byte[] Bytes)[] files) => Forge(ManifestOf(LogHead.Empty), claimed, files);

    /// <summary>An archive whose hashes are right, made by somebody who can make them so.</summary>
    private string Forge(BackupManifest head, long? claimed, params (string Name, byte[] Bytes)[] files)
    {
        var path = _folder["forged.zip"];
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, bytes) in files) Add(archive, name, bytes);
        var manifest = (head with { Files = [.. files.Select(file => new BackupFile(file.Name, claimed ?? file.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(file.Bytes))))] }).ToBytes();
        Add(archive, "manifest.json", manifest);
        Add(archive, "manifest.sha256", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(manifest))));
        return path;
    }

    private static void Add(ZipArchive archive, string name, byte[] bytes)
    {
        using var stream = archive.CreateEntry(name).Open();
        stream.Write(bytes);
    }

    private Task<BackupRestore.Result> RestoreAsync(string archive) =>
        BackupRestore.RestoreAsync(archive, _folder["data"], replace: false, DateTimeOffset.UnixEpoch, (_, _, _) => { }, Token);

    private async Task<string> RefusedAsync(string archive)
    {
        var before = Directory.GetFileSystemEntries(_folder.Path).Order().ToArray();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => RestoreAsync(archive));
        Assert.True(refused is IntegrityException or UnavailableException, refused.ToString());
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path).Order());
        return refused.Message;
    }
}
