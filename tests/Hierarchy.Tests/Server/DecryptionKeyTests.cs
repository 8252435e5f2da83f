using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Server.Secrets;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Decryption keys from the upstream to a replica's replica, and nowhere else.</summary>
public sealed class DecryptionKeyTests
{
    private static readonly byte[] Digest = SHA256.HashData("an encrypted file"u8)[..20];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_OfAnEncryptedUpdate_OpenOnEveryServerAndStandNowhereInClear()
    {
        using var folders = new TemporaryFolder();
        var logs = new EveryLog();
        await using var upstream = await UpstreamAsync();
        var id = PublishEncrypted(upstream);
        await using (var root = await RunningServer.StartAsync(Root(upstream), Path.Combine(folders.Path, "root"), everything: logs))
        await using (var middle = await RunningServer.StartAsync(Replica(root), Path.Combine(folders.Path, "middle"), everything: logs))
        await using (var leaf = await RunningServer.StartAsync(Replica(middle), Path.Combine(folders.Path, "leaf"), everything: logs))
        {
            await root.TakeEverythingAsync();
            Assert.Equal("", (await SyncTests.RunAsync(root)).Error);
            await leaf.EqualsAsync(root);

            foreach (var server in new[] { root, middle, leaf })
            {
                IReadOnlyList<FileDecryptionKey> keys = [];
                await Eventually.HoldsAsync("the keys can be opened", async () => (keys = await FindAsync(server, id)).Count == 1);
                Assert.Equal(new Sha1Digest(Digest), keys[0].File);
                Assert.Equal(SHA256.HashData(Digest), keys[0].Key.ToArray()); // What the simulator gives.
                Assert.Empty(await server.Get<IDecryptionKeys>().FindAsync(new RevisionId(DemoUpdates.IdOf(1), 100), Token));
            }

            AssertPrivate(Path.Combine(folders.Path, "leaf", "secrets"));
            AssertPrivate(Path.Combine(folders.Path, "root", "secrets"));
        }

        AssertNowhere(folders.Path, SHA256.HashData(Digest), logs);
        AssertNowhere(folders.Path, await File.ReadAllBytesAsync(Path.Combine(folders.Path, "root", "secrets", "tree.key"), Token), logs, except: "tree.key");
    }

    [Fact]
    public async Task Root_ThatLostItsSecret_FetchesTheKeysAnewAndReplicasFollow()
    {
        using var folders = new TemporaryFolder();
        await using var upstream = await UpstreamAsync();
        var id = PublishEncrypted(upstream);
        var (rootFolder, replicaFolder) = (Path.Combine(folders.Path, "root"), Path.Combine(folders.Path, "replica"));
        await using (var root = await RunningServer.StartAsync(Root(upstream), rootFolder))
        {
            await root.TakeEverythingAsync();
            await SyncTests.RunAsync(root);
            await using var replica = await RunningServer.StartAsync(Replica(root), replicaFolder);
            await replica.EqualsAsync(root);
            await Eventually.HoldsAsync("the replica opens the keys", async () => (await FindAsync(replica, id)).Count == 1);
        }

        File.Delete(Path.Combine(rootFolder, "secrets", "tree.key"));
        await using var again = await RunningServer.StartAsync(Root(upstream), rootFolder);
        await Assert.ThrowsAsync<UnavailableException>(async () => await again.Get<IDecryptionKeys>().FindAsync(id, Token));
        await SyncTests.RunAsync(again);
        Assert.Single(await again.Get<IDecryptionKeys>().FindAsync(id, Token));

        await using var follower = await RunningServer.StartAsync(Replica(again), replicaFolder);
        await follower.EqualsAsync(again);
        await Eventually.HoldsAsync("the replica has the new secret", async () => (await FindAsync(follower, id)).Count == 1);
    }

    [Fact]
    public async Task Sync_KeysThatComeLater_AreStoredWithTheRevisionThatIsThere()
    {
        await using var upstream = await UpstreamAsync();
        await using var root = await RunningServer.StartAsync(Root(upstream));
        await root.TakeEverythingAsync();
        var id = PublishEncrypted(upstream);
        upstream.Faults.FailNext(1, "InternalServerError", "GetUpdateDecryptionData");

        await SyncTests.RunAsync(root);
        Assert.Empty(await root.Get<IDecryptionKeys>().FindAsync(id, Token));
        await SyncTests.RunAsync(root);

        Assert.Single(await root.Get<IDecryptionKeys>().FindAsync(id, Token));
        var calls = upstream.Counters.CallsOf("GetUpdateDecryptionData");
        await SyncTests.RunAsync(root);
        Assert.Equal(calls, upstream.Counters.CallsOf("GetUpdateDecryptionData"));
    }

    [Fact]
    public async Task Secret_FileThatOthersCouldRead_IsClosedAgainAndADamagedOneReplaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        using var folder = new TemporaryFolder();
        await using var upstream = await UpstreamAsync();
        await using var root = await RunningServer.StartAsync(Root(upstream));
        await root.TakeEverythingAsync();
        var path = Path.Combine(folder.Path, "secrets", "tree.key");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "not a secret", Token);

        await using var replica = await RunningServer.StartAsync(Replica(root), folder.Path);
        await Eventually.HoldsAsync("the replica has the root's secret", () => replica.Get<TreeSecretStore>() is { } store && Current(store) == root.Get<TreeSecretStore>().Need()!.ToString());
        AssertPrivate(Path.GetDirectoryName(path)!);

        static string? Current(TreeSecretStore store)
        {
            try
            {
                return store.Current?.ToString();
            }
            catch (IntegrityException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task Secret_AskedForWithNonsense_IsInvalidAndOfAWaitingReplicaUnavailable()
    {
        await using var root = await RunningServer.RootAsync();
        var client = new SecretService.SecretServiceClient(root.Channel);
        var bad = await Assert.ThrowsAsync<RpcException>(async () => await client.GetTreeSecretAsync(
            new GetTreeSecretRequest { ServerId = ByteString.CopyFrom(new byte[16]), PublicKey = ByteString.CopyFromUtf8("x") }, cancellationToken: Token));
        Assert.Equal(StatusCode.InvalidArgument, bad.StatusCode);

        await using var lonely = await RunningServer.ReplicaAsync("http://127.0.0.1:9");
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var waiting = await Assert.ThrowsAsync<RpcException>(async () => await new SecretService.SecretServiceClient(lonely.Channel).GetTreeSecretAsync(
            new GetTreeSecretRequest { ServerId = ByteString.CopyFrom(new byte[16]), PublicKey = ByteString.CopyFrom(key.PublicKey.ExportSubjectPublicKeyInfo()) }, cancellationToken: Token));
        Assert.Equal(StatusCode.Unavailable, waiting.StatusCode);
    }

    private static async Task<IReadOnlyList<FileDecryptionKey>> FindAsync(RunningServer server, RevisionId id)
    {
        try
        {
            return await server.Get<IDecryptionKeys>().FindAsync(id, Token);
        }
        catch (UnavailableException)
        {
            return [];
        }
    }

    private static void AssertPrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder) & ~UnixFileMode.None);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "tree.key")));
        Assert.Single(Directory.GetFiles(folder));
    }

    /// <summary>Looks for the bytes as they are, as hexadecimal digits and as base64, in every file and every line that was logged.</summary>
    private static void AssertNowhere(string folder, byte[] canary, EveryLog logs, string? except = null)
    {
        byte[][] forms = [canary, .. new[] { Convert.ToHexString(canary), Convert.ToHexStringLower(canary), Convert.ToBase64String(canary).TrimEnd('=') }.Select(Encoding.ASCII.GetBytes)];
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != except))
        {
            var bytes = File.ReadAllBytes(file);
            Assert.All(forms, form => Assert.Equal(-1, bytes.AsSpan().IndexOf(form)));
        }

        Assert.NotEmpty(logs.Lines);
        Assert.All(logs.Lines, line => Assert.All(forms, form => Assert.Equal(-1, Encoding.UTF8.GetBytes(line).AsSpan().IndexOf(form))));
    }

    private static RevisionId PublishEncrypted(MicrosoftUpdateServer upstream)
    {
        var id = new RevisionId(Guid.NewGuid(), 200);
        upstream.Library.Publish(SourceDocument.Parse(
            $"<upd:Update xmlns:upd='{UpdateDocument.Namespace}'><upd:UpdateIdentity UpdateID='{id.UpdateId}' RevisionNumber='200' /><upd:Properties UpdateType='Software'><upd:SecuredFragment>FileDecryption</upd:SecuredFragment></upd:Properties>"
            + $"<upd:Files><upd:File Digest='{Convert.ToBase64String(Digest)}' DigestAlgorithm='SHA1' FileName='install.esd' Size='9' IsEncrypted='true' /></upd:Files></upd:Update>"));
        return id;
    }

    private static Hierarchy.Server.Hosting.ServerOptions Root(MicrosoftUpdateServer upstream) =>
        new() { Role = "root", Name = "root", MicrosoftUpdate = upstream.Url.AbsoluteUri, Content = "never" };

    private static Hierarchy.Server.Hosting.ServerOptions Replica(RunningServer parent) =>
        new() { Role = "replica", Name = "replica", Site = "branch", Parent = parent.GrpcUrl, Content = "never" };

    private static Task<MicrosoftUpdateServer> UpstreamAsync() =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, Token), new MicrosoftUpdateOptions(), Token);

    /// <summary>Every line at every level, with the exceptions.</summary>
    private sealed class EveryLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {state} {exception}");

        public void Dispose() { }
    }
}
