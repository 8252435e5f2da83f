using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Xunit;

namespace Hierarchy.Tests.Testing;

public sealed class DemoUpdatesTests
{
    [Fact]
    public async Task Script_RunAsTheAgentRunsIt_MakesItsOwnRuleTrue()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the script is for POSIX shells");
        using var folder = new TemporaryFolder();
        var files = Directory.CreateDirectory(Path.Combine(folder.Path, "files")).FullName;
        var root = Path.Combine(folder.Path, "root");
        var update = DemoUpdates.Create(1).Single();
        foreach (var file in update.Files)
        {
            var bytes = new byte[file.Length];
            file.Bytes.Read(0, bytes);
            await File.WriteAllBytesAsync(Path.Combine(files, file.FileName), bytes, TestContext.Current.CancellationToken);
        }

        Assert.Equal(UpdateState.NotInstalled, Evaluate(update, root));
        var start = new ProcessStartInfo("sh", [Path.Combine(files, DemoUpdates.ScriptName)]) { WorkingDirectory = files };
        start.Environment["HIERARCHY_FILES"] = files;
        start.Environment["HIERARCHY_ROOT"] = root;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.Equal(UpdateState.Installed, Evaluate(update, root));
    }

    [Fact]
    public async Task Script_WithoutItsPayload_FailsAndInstallsNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the script is for POSIX shells");
        using var folder = new TemporaryFolder();
        var update = DemoUpdates.Create(1).Single();
        var script = update.Files.Single(file => file.FileName == DemoUpdates.ScriptName);
        var bytes = new byte[script.Length];
        script.Bytes.Read(0, bytes);
        await File.WriteAllBytesAsync(folder["install.sh"], bytes, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder[DemoUpdates.PayloadName], "cut off", TestContext.Current.CancellationToken);

        var start = new ProcessStartInfo("sh", [folder["install.sh"]]) { RedirectStandardError = true };
        start.Environment["HIERARCHY_FILES"] = folder.Path;
        start.Environment["HIERARCHY_ROOT"] = folder["root"];
        using var process = Process.Start(start)!;
        Assert.Contains("has 7 bytes", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, process.ExitCode);
        Assert.Equal(UpdateState.NotInstalled, Evaluate(update, folder["root"]));
    }

    [Fact]
    public async Task Content_WholeAndInRanges_HasTheDigestsOfTheDocument()
    {
        var library = SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, TestContext.Current.CancellationToken);
        await using var server = await MicrosoftUpdateServer.StartAsync(library, new MicrosoftUpdateOptions(), TestContext.Current.CancellationToken);
        using var caller = new UpstreamCaller(server);
        await caller.AuthorizeAsync();
        var answer = await caller.CallAsync("GetUpdateData", UpstreamCaller.Identities((DemoUpdates.IdOf(1), 100)));
        var sent = 0L;
        foreach (var item in UpstreamCaller.All(answer, "ServerSyncUrlData"))
        {
            var digest = UpstreamCaller.Child(item, "FileDigest").Value;
            var url = UpstreamCaller.Child(item, "MUUrl").Value;
            var whole = await caller.Http.GetByteArrayAsync(url, TestContext.Current.CancellationToken);
            Assert.Equal(digest, Convert.ToBase64String(CryptographicOperations.HashData(HashAlgorithmName.SHA1, whole)));

            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new(101, 307) } };
            using var part = await caller.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal($"bytes 101-307/{whole.Length}", part.Content.Headers.ContentRange?.ToString());
            Assert.Equal(whole[101..308], await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

            using var beyond = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new(whole.Length, null) } };
            using var refused = await caller.Http.SendAsync(beyond, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, refused.StatusCode);
            sent += whole.Length + 207;
        }

        Assert.Equal(sent, server.Counters.ContentBytes);
        using var unknown = await caller.Http.GetAsync($"/Content/AB/{new string('A', 38)}AB.exe", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public void Documents_SummaryOfTheBuilder_IsWhatTheDocumentSays()
    {
        foreach (var update in DemoUpdates.Create(3).Concat(CategoryDocuments.All()))
            AssertSame(DocumentSummary.Read(update.Xml), update.Summary);
    }

    // As an agent decides: a computer with Windows 11 whose files are looked for under the root.
    private static UpdateState Evaluate(SourceDocument update, string root)
    {
        var facts = FactSetReader.Read("""{ "os": { "platform": "Windows", "major": 10, "minor": 0, "build": 26100, "productType": 1, "architecture": "x64" } }"""u8.ToArray()) with
        {
            FindOnDisk = path => File.Exists(Path.Combine(root, path[..1], path[3..].Replace('\\', '/'))) ? new FileFacts() : null,
        };
        var documents = MissingDocuments.Complete([update], leave: 0).Append(update).Select(document => UpdateDocument.Read(document.Xml)).ToList();
        return ApplicabilityEvaluator.Evaluate(documents, facts)[documents[^1].Id].State;
    }

    internal static void AssertSame(DocumentSummary read, DocumentSummary built)
    {
        Assert.Equal(read.Key, built.Key);
        Assert.Equal(read.UpdateType, built.UpdateType);
        Assert.Equal(read.Categories, built.Categories);
        Assert.Equal(read.Prerequisites, built.Prerequisites);
        Assert.Equal(read.BundledUpdates, built.BundledUpdates);
        Assert.Equal(read.Files.Select(file => (Convert.ToHexString(file.Sha1), file.FileName, file.IsEncrypted)), built.Files.Select(file => (Convert.ToHexString(file.Sha1), file.FileName, file.IsEncrypted)));
    }
}
