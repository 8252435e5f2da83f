using Hierarchy.Content;
using Hierarchy.Content.Adoption;
using Hierarchy.Content.Store;
using Hierarchy.Domain;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>Taking files of a WSUS into the store. The folder of the WSUS must look afterwards as it did before, whatever happens.</summary>
public sealed class ContentAdopterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Sample _catalog = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Wsus => _folder.CreateFolder("WsusContent");

    [Theory]
    [InlineData(AdoptionMode.LinkOrCopy)]
    [InlineData(AdoptionMode.Copy)]
    public async Task Adopt_FilesOfTheCatalog_AreStoredAndTheFolderIsAsBefore(AdoptionMode mode)
    {
        var one = await PutAsync(Sample.Bytes(2_500_000), known: true);
        var two = await PutAsync(Sample.Bytes(10, seed: 2), known: true, hasSha256: false);
        await PutAsync(Sample.Bytes(5, seed: 3), known: false);
        await File.WriteAllTextAsync(Path.Combine(Wsus, "anonymousCheckFile.txt"), "", Cancellation);
        Directory.CreateDirectory(Path.Combine(Wsus, "UpdateServicesPackages"));
        var before = Snapshot();
        using var store = Open();

        var result = await AdoptAsync(store, mode);

        Assert.Equal((2, 2, 1, 0, 0), (result.FilesDone, result.Linked + result.Copied, result.Unknown, result.Wrong, result.AlreadyHere));
        Assert.Equal(mode == AdoptionMode.Copy, result.Copied == 2);
        Assert.Equal(2_500_010, result.BytesDone);
        Assert.Equal((result.FilesTotal, result.BytesTotal), (result.FilesDone, result.BytesDone));
        foreach (var (file, path) in new[] { one, two })
            Assert.Equal(await File.ReadAllBytesAsync(path, Cancellation), await File.ReadAllBytesAsync(store.PathOf(file)!, Cancellation));
        Assert.Empty(Directory.EnumerateFiles(_folder[Path.Combine("store", "partial")]));
        Assert.Equal(before, Snapshot());
    }

    [Theory]
    [InlineData(AdoptionMode.LinkOrCopy, "other byte")]
    [InlineData(AdoptionMode.Copy, "other byte")]
    [InlineData(AdoptionMode.LinkOrCopy, "other SHA-256")]
    [InlineData(AdoptionMode.Copy, "too short")]
    public async Task Adopt_WrongBytes_AreListedAndNothingOfThemIsStored(AdoptionMode mode, string fault)
    {
        var bytes = Sample.Bytes(1_500_000);
        var (file, path) = await PutAsync(bytes, known: true);
        var (good, _) = await PutAsync(Sample.Bytes(100, seed: 2), known: true);
        if (fault == "other byte") bytes[700_000] ^= 1;
        if (fault == "other SHA-256") _catalog.Replace(file with { Sha256 = Sample.Describe([1]).Sha256 });
        await File.WriteAllBytesAsync(path, fault == "too short" ? bytes[..^1] : bytes, Cancellation);
        var before = Snapshot();
        using var store = Open();

        var result = await AdoptAsync(store, mode);

        Assert.Equal((2, 1, 1), (result.FilesDone, result.Wrong, result.Linked + result.Copied));
        var wrong = Assert.Single(result.Faults);
        Assert.Equal(Path.Combine(Path.GetFileName(Path.GetDirectoryName(path))!, Path.GetFileName(path)), wrong.Path);
        Assert.Contains("instead of", wrong.Reason, StringComparison.Ordinal);
        Assert.Null(store.Find(file.Sha1));
        Assert.True(store.Contains(good));
        Assert.Single(Directory.EnumerateFiles(_folder[Path.Combine("store", "files")], "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(_folder[Path.Combine("store", "partial")]));
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task Adopt_CutOffAndAgain_GoesOnBehindWhatIsStored()
    {
        for (var seed = 0; seed < 4; seed++) await PutAsync(Sample.Bytes(1000, seed), known: true);
        using var store = Open();
        using var cut = new CancellationTokenSource();
        var seen = new Seen(state =>
        {
            if (state.FilesDone == 2) cut.Cancel();
        });
        using var adopter = Adopter(store);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adopter.AdoptAsync(Wsus, AdoptionMode.Copy, seen, cut.Token));
        var again = await adopter.AdoptAsync(Wsus, AdoptionMode.Copy, null, Cancellation);

        Assert.Equal((2, 2), (again.AlreadyHere, again.Copied));
        Assert.Equal(4, store.Count);
    }

    [Fact]
    public async Task Open_KilledWhileALinkWasVerified_TakesTheNameAwayAndNotTheBytes()
    {
        var (file, path) = await PutAsync(Sample.Bytes(3000), known: true);
        using (Open()) { }
        Assert.True(HardLink.TryCreate(path, _folder[Path.Combine("store", "partial", file.Sha1 + ".adopted")]));

        using var store = Open();
        var partial = await store.OpenPartialAsync(file, Cancellation);
        await partial.AppendAsync(new byte[10], Cancellation);
        partial.Dispose();
        partial.Handle.Dispose();

        Assert.Equal(Sample.Bytes(3000), await File.ReadAllBytesAsync(path, Cancellation));
        Assert.False(store.Contains(file));
    }

    [Fact]
    public async Task Adopt_SymbolicLink_BecomesBytesAndNoNameOfAName()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Making a symbolic link needs a privilege on Windows.");
        var (file, path) = await PutAsync(Sample.Bytes(3000), known: true);
        File.Move(path, _folder["elsewhere"]);
        File.CreateSymbolicLink(path, _folder["elsewhere"]);
        using var store = Open();

        Assert.Equal(1, (await AdoptAsync(store, AdoptionMode.LinkOrCopy)).Copied);

        Assert.Null(new FileInfo(store.PathOf(file)!).LinkTarget);
        Assert.Equal(Sample.Bytes(3000), await File.ReadAllBytesAsync(store.PathOf(file)!, Cancellation));
    }

    [Fact]
    public async Task Adopt_DiskWithoutRoom_StopsWithTheNextStep()
    {
        await PutAsync(Sample.Bytes(3000), known: true);
        using var store = Open();
        store.AvailableSpace = () => 100;

        var refused = await Assert.ThrowsAnyAsync<UnavailableException>(() => AdoptAsync(store, AdoptionMode.Copy));

        Assert.Contains("Free space", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public async Task IsContentFolder_FolderOfSomethingElse_No()
    {
        await PutAsync([1], known: true);

        Assert.True(ContentAdopter.IsContentFolder(Wsus));
        Assert.False(ContentAdopter.IsContentFolder(_folder.Path));
        Assert.False(ContentAdopter.IsContentFolder(_folder["missing"]));
        using var store = Open();
        using var adopter = Adopter(store);
        await Assert.ThrowsAsync<UnavailableException>(() => adopter.AdoptAsync(_folder["missing"], AdoptionMode.LinkOrCopy, null, Cancellation));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<AdoptionProgress> AdoptAsync(ContentStore store, AdoptionMode mode)
    {
        using var adopter = Adopter(store);
        return await adopter.AdoptAsync(Wsus, mode, null, Cancellation);
    }

    private ContentAdopter Adopter(ContentStore store) => new(store, _catalog, NullLogger<ContentAdopter>.Instance);

    private ContentStore Open() => new(new ContentOptions { Directory = _folder["store"], ReservedBytes = 0 }, new ContentCounters(), NullLogger<ContentStore>.Instance);

    private async Task<(ContentFile File, string Path)> PutAsync(byte[] bytes, bool known, bool hasSha256 = true)
    {
        var file = known ? _catalog.Add(bytes, hasSha256: hasSha256) : Sample.Describe(bytes);
        var path = Path.Combine(Wsus, $"{file.Sha1.LastByte:X2}", $"{file.Sha1}.exe");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        return (file, path);
    }

    /// <summary>Every file with its time and bytes.</summary>
    private string[] Snapshot() =>
        [.. Directory.EnumerateFiles(Wsus, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O} {Convert.ToHexString(File.ReadAllBytes(path))}")];

    private sealed class Seen(Action<AdoptionProgress> see) : IProgress<AdoptionProgress>
    {
        public void Report(AdoptionProgress value) => see(value);
    }
}
