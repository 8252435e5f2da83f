using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Hierarchy.Domain.Catalog;
using Hierarchy.Testing.Cabinets;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.Hostile;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>What no upstream should send, alone and in the middle of a synchronization.</summary>
public sealed class HostileUpstreamTests
{
    private const int Cases = 6_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Readers_HostileInput_AreNeverSurprised()
    {
        List<string> documents = [.. Directory.EnumerateFiles(RepositoryRoot.Fixture("updates")).Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        using var upstream = new HostileUpstream(documents);
        var refused = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var understood = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var (kind, isRefused) = upstream.Play(seed);
            if (isRefused) refused.AddOrUpdate(kind, 1, (_, count) => count + 1);
            else understood++;
        }

        Assert.True(understood > Cases / 20, $"only {understood} of {Cases} were understood: the damage never reaches what it should");
        foreach (var kind in new[] { "cabinet", "LZX stream", "MSZIP stream", "LZX of noise", "Xpress body", "document", "document in a cabinet", "document of hostile shape", "answer of GetUpdateData" })
            Assert.True(refused.GetValueOrDefault(kind) > 0, $"no {kind} was refused");
    }

    public static TheoryData<string, string> HostileDocuments => new()
    {
        { "<!DOCTYPE u SYSTEM 'file:///etc/passwd'>D", "DTD" },
        { "<!DOCTYPE u [<!ENTITY e SYSTEM 'http://127.0.0.1:1/'>]>D", "DTD" },
        { "<!DOCTYPE u [<!ENTITY a 'haha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]>D", "DTD" },
        { "N", "deeper" },
        { "T", "not well-formed" },
        { "<html>502 Bad Gateway</html>", "`html`" },
        { "<html xmlns='http://www.w3.org/1999/xhtml'/>", "`html`" },
    };

    [Theory]
    [MemberData(nameof(HostileDocuments))]
    public async Task Sync_HostileDocument_IsQuarantinedWithItsReasonAndHarmsNothingElse(string pattern, string reason)
    {
        foreach (var isLarge in new[] { false, true })
        {
            await using var server = await StartAsync();
            var good = Good();
            var xml = isLarge ? good.Xml.Replace("</upd:Update>", $"<Filler>{new string('x', 20_000)}</Filler></upd:Update>", StringComparison.Ordinal) : good.Xml;
            var hostile = pattern switch
            {
                "N" => xml.Replace("</upd:Update>", string.Concat(Enumerable.Repeat("<And>", 2_000)) + string.Concat(Enumerable.Repeat("</And>", 2_000)) + "</upd:Update>", StringComparison.Ordinal),
                "T" => xml[..^3],
                _ => pattern.EndsWith('D') ? pattern[..^1] + xml : pattern,
            };
            server.Library.Publish(good with { Xml = hostile });

            await AssertOnlyThisIsQuarantinedAsync(server, good, reason);
        }
    }

    [Theory]
    [InlineData("checksum", "checksum")]
    [InlineData("truncated", "cut off")]
    [InlineData("bomb", "one is the limit")]
    [InlineData("huge", "limit")]
    [InlineData("odd", "UTF-16")]
    [InlineData("text", "cabinet header")]
    [InlineData("member", "no member `blob`")]
    public async Task Sync_HostileCabinet_IsQuarantinedWithItsReasonAndHarmsNothingElse(string how, string reason)
    {
        await using var server = await StartAsync();
        var good = Good();
        var text = MemoryMarshal.AsBytes(good.Xml.AsSpan()).ToArray();
        var cabinet = new CabinetWriter().Write(text);
        switch (how)
        {
            case "checksum":
                cabinet[^20] ^= 1;
                break;
            case "truncated":
                cabinet = cabinet[..^30];
                break;
            case "bomb":
                cabinet = new CabinetWriter().Write(new byte[30_000_000]);
                break;
            case "huge":
                BitConverter.TryWriteBytes(cabinet.AsSpan(44), int.MaxValue);
                break;
            case "odd":
                cabinet = new CabinetWriter().Write(text.AsSpan(0, 1_001));
                break;
            case "text":
                cabinet = text;
                break;
            default:
                cabinet = new CabinetWriter().Write(text, "other");
                break;
        }

        server.Library.PublishAs(good, cabinet);

        await AssertOnlyThisIsQuarantinedAsync(server, good, reason);
    }

    private static async Task AssertOnlyThisIsQuarantinedAsync(MicrosoftUpdateServer server, SourceDocument hostile, string reason)
    {
        var catalog = new MemoryCatalog();
        var id = new RevisionId(hostile.Summary.Key.Id, hostile.Summary.Key.Revision);

        var result = await SyncAsync(server, catalog);

        Assert.Equal(1, result.Quarantined);
        var listed = Assert.Single(catalog.Quarantine).Value;
        Assert.Equal(id, listed.Id);
        Assert.Contains(reason, listed.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", listed.Reason, StringComparison.Ordinal);
        Assert.Equal(server.Library.Count - 1, catalog.Revisions.Count);
        Assert.DoesNotContain(id, catalog.Revisions.Keys);
    }

    /// <summary>A document that would be taken, were it not for what is done to it.</summary>
    private static SourceDocument Good() => SourceDocument.Parse(DocumentFolder.Read(RepositoryRoot.Fixture("updates")).Single(document => document.Xml.Contains("dd78b8a1-0b20-45c1-add6-4da72e9364cf\" RevisionNumber", StringComparison.Ordinal)).Xml
        .Replace("dd78b8a1-0b20-45c1-add6-4da72e9364cf", "dd78b8a1-0b20-45c1-add6-4da72e9364d0", StringComparison.Ordinal));

    private static Task<MicrosoftUpdateServer> StartAsync() =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 3, Generate = 12 }, Token), new MicrosoftUpdateOptions(), Token);

    private static async Task<SyncResult> SyncAsync(MicrosoftUpdateServer server, MemoryCatalog catalog)
    {
        var options = new UpstreamOptions { Address = server.Url, AccountName = "root.example", AccountId = Guid.NewGuid(), RetryDelay = TimeSpan.FromMilliseconds(1) };
        using var http = UpstreamHttp.Create(options, TimeProvider.System);
        using var client = new UpstreamClient(http, options, TimeProvider.System);
        return await new UpstreamSync(client, catalog, TimeProvider.System).RunAsync(SyncFilter.Everything, catalog.Anchors, null, Token);
    }
}
