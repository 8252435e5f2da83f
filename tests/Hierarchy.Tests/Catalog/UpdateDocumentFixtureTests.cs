using System.Security.Cryptography;
using System.Text;
using Hierarchy.Domain;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Catalog;
using Xunit;

namespace Hierarchy.Tests.Catalog;

/// <summary>Every recorded document is understood, and what it says is what comes out.</summary>
public class UpdateDocumentFixtureTests
{
    [Theory]
    [InlineData("17e993cd-sql2005-detectoid.xml", "17e993cd-cf5a-4276-9944-6af62ff7139c", 100, UpdateType.Detectoid, "SQL 2005 English ia64")]
    [InlineData("1f9bd9bb-7390-4aa3-bbdb-ded99fac2583-r200.xml", "1f9bd9bb-7390-4aa3-bbdb-ded99fac2583", 200, UpdateType.Software, "HIDDEN: Defender Engine 1.1.26080.3 for EngineBroad (Installer 1.1.24010.2001-Q)")]
    [InlineData("266f6222-c89d-43f2-9f8a-69340271e677-r200.xml", "266f6222-c89d-43f2-9f8a-69340271e677", 200, UpdateType.Software, "Full Deltas 1.459.547.0 for Defender amd64fre [Ring0, Ring1, Ring2, Ring3, Ring4, Broad, Delayed]")]
    [InlineData("56309036-4c77-4dd9-951a-99ee9c246a94-r101.xml", "56309036-4c77-4dd9-951a-99ee9c246a94", 101, UpdateType.Category, "Microsoft")]
    [InlineData("ccb78947-6453-4ecc-9de8-bc0305c98f2d-r200.xml", "ccb78947-6453-4ecc-9de8-bc0305c98f2d", 200, UpdateType.Software, "HIDDEN: Defender MpSigStub 1.1.24010.2001 for EngineBroad (Installer 1.1.24010.2001-Q)")]
    [InlineData("dd78b8a1-0b20-45c1-add6-4da72e9364cf-r202.xml", "dd78b8a1-0b20-45c1-add6-4da72e9364cf", 202, UpdateType.Category, "OOBE ZDP")]
    [InlineData("sample_category_1.txt", "83a83e29-7d55-44a0-afed-aea164bc35e6", 51, UpdateType.Category, "Exchange 2000 Server")]
    [InlineData("sample_detectoid_1.txt", "3a8f327a-48da-4804-817c-85a7159893ae", 51, UpdateType.Detectoid, "Exchange Core CHS Lang")]
    [InlineData("sample_update_2.txt", "7b6d13c6-6401-4a10-a61f-1dab8d93356e", 200, UpdateType.Software, "2022-05 Cumulative Update for Windows 11 for x64-based Systems (KB5013943)")]
    public void UpdateDocument_Recorded_IsUnderstood(string file, string id, int revision, UpdateType type, string title)
    {
        var update = Read(file);

        Assert.Equal(new RevisionId(Guid.Parse(id), revision), update.Id);
        Assert.Equal(type, update.Type);
        Assert.Equal(PublicationState.Published, update.PublicationState);
        Assert.Equal("en", update.Texts[0].Language);
        Assert.Equal(title, update.Texts[0].Title);
        Assert.NotNull(update.CreationDate);
    }

    [Fact]
    public void UpdateDocument_AllFixtures_AreRead()
    {
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Fixture("updates")))
            Assert.NotEqual(Guid.Empty, UpdateDocument.Read(File.ReadAllText(file)).Id.UpdateId);
    }

    [Fact]
    public void UpdateDocument_WithoutRules_SaysAllElse()
    {
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Fixture("updates")))
        {
            var xml = File.ReadAllText(file);

            Assert.Equivalent(UpdateDocument.Read(xml) with { Rules = ApplicabilityRules.None }, UpdateDocument.ReadWithoutRules(xml), strict: true);
        }
    }

    [Fact]
    public void UpdateDocument_DefenderLeaf_HasFileAndCommandLine()
    {
        var update = Read("266f6222-c89d-43f2-9f8a-69340271e677-r200.xml");

        var file = Assert.Single(update.Files);
        Assert.Equal("AM_Delta.exe", file.Name);
        Assert.Equal(11606440, file.Size);
        Assert.Equal("87f5bd0469585006aa5d3a77d1c662fd2895ddcd", Convert.ToHexStringLower(file.Sha1));
        Assert.Equal("Amt0qymy5KsROiwIXm4QIIV75Ju4r+Cl28Pg8gaLXUA=", Convert.ToBase64String(file.Sha256));
        Assert.Equal(new DateTimeOffset(2026, 10, 4, 9, 39, 26, TimeSpan.Zero), file.Modified);
        Assert.Null(file.PatchingType);

        Assert.Equal("http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation", update.Handler);
        var command = Assert.IsType<CommandLineHandler>(update.CommandLine);
        Assert.Equal("AM_Delta.exe", command.Program);
        Assert.Equal("WD /q", command.Arguments);
        Assert.False(command.RebootByDefault);
        Assert.Equal(InstallResult.Failed, command.DefaultResult);
        Assert.Equal([new ReturnCode(0, InstallResult.Succeeded, RequiresReboot: false)], command.ReturnCodes);

        Assert.Equal("Minor", update.Installation.Impact);
        Assert.Equal("NeverReboots", update.Installation.RebootBehavior);
        Assert.False(update.IsExplicitlyDeployable);
        Assert.False(update.CanUninstall);
        Assert.Null(update.EulaId);
    }

    [Fact]
    public void UpdateDocument_BareAndGroupedPrerequisites_AreClausesOfOneConjunction()
    {
        var update = Read("266f6222-c89d-43f2-9f8a-69340271e677-r200.xml");

        Assert.Equal(4, update.Prerequisites.Count);
        Assert.All(update.Prerequisites, clause => Assert.Single(clause.AnyOf));
        Assert.All(update.Prerequisites, clause => Assert.False(clause.IsCategory));
        Assert.Equal(Guid.Parse("be4048db-157c-4532-9582-7f05099590c9"), update.Prerequisites[0].AnyOf[0]);
        Assert.Equal(Guid.Parse("8c3fcc84-7410-4a95-8b89-a166a0190486"), update.Prerequisites[3].AnyOf[0]);
        Assert.Empty(update.Categories);
    }

    [Fact]
    public void UpdateDocument_GroupedBundle_IsOneClauseOfAll()
    {
        var update = Read("1f9bd9bb-7390-4aa3-bbdb-ded99fac2583-r200.xml");

        var group = Assert.Single(update.BundledUpdates);
        Assert.Equal(24, group.AnyOf.Count);
        Assert.Equal(new RevisionId(Guid.Parse("f0f101fb-5f20-46fb-949f-3da68bd6f77d"), 200), group.AnyOf[0]);
        Assert.Null(update.Handler);
        Assert.Null(update.CommandLine);
    }

    [Fact]
    public void UpdateDocument_CumulativeUpdate_HasItsRelationsAndLanguages()
    {
        var update = Read("sample_update_2.txt");

        Assert.Equal(29, update.Texts.Count);
        Assert.Contains(update.Texts, text => text is { Language: "zh-hk", Title: "2022-05 適用於 x64 系統 Windows 11 的累積更新 (KB5013943)" });
        Assert.Equal(14, update.SupersededUpdates.Count);
        Assert.Equal(["5013943"], update.KnowledgeBaseArticles);
        Assert.Equal("Critical", update.Severity);
        Assert.True(update.IsExplicitlyDeployable);
        Assert.Equal(
            [Guid.Parse("0fa1201d-4330-4fa8-8ae9-b877473b6441"), Guid.Parse("72e7624a-5b00-45d2-b92f-e561c0a6a160")],
            update.Categories);
        Assert.Equal([false, false, true, true], update.Prerequisites.Select(clause => clause.IsCategory));
        var child = Assert.Single(update.BundledUpdates);
        Assert.Equal([new RevisionId(Guid.Parse("ad1a3f81-2318-4a4d-8a86-3915edc389ae"), 200)], child.AnyOf);
        Assert.StartsWith("Install this update to resolve issues in Windows.", update.Texts[0].Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("56309036-4c77-4dd9-951a-99ee9c246a94-r101.xml", "Company", 24)]
    [InlineData("dd78b8a1-0b20-45c1-add6-4da72e9364cf-r202.xml", "Product", 1)]
    [InlineData("sample_category_1.txt", "Product", 1)]
    public void UpdateDocument_Category_HasItsTypeAndEnglishFirst(string file, string categoryType, int languages)
    {
        var update = Read(file);

        Assert.Equal(categoryType, update.CategoryType);
        Assert.Equal(languages, update.Texts.Count);
        Assert.Equal("en", update.Texts[0].Language);
        Assert.EndsWith("UpdateHandlers/Category", update.Handler, StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_OfADocument_IsThatOfItsUtf8Bytes()
    {
        var xml = File.ReadAllText(RepositoryRoot.Fixture("updates/sample_update_2.txt"));

        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(xml)), UpdateDocument.Digest(xml));
    }

    /// <summary>A damaged document is understood or refused with the one exception that quarantines it; nothing else gets out.</summary>
    [Fact]
    public void UpdateDocument_Mutations_AreReadOrRefused()
    {
        var random = new Random(20021201);
        string[] seeds = [.. Directory.EnumerateFiles(RepositoryRoot.Fixture("updates")).Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        string[] pieces = ["<", ">", "\"", "=", "&", "/", "&#0;", "<!--", "<![CDATA[", "xmlns=''", "-1", "true", "<upd:AtLeastOne>", "\uD800", ""];
        var refused = 0;
        for (var round = 0; round < 3_000; round++)
        {
            var seed = seeds[random.Next(seeds.Length)];
            var at = random.Next(seed.Length);
            var length = Math.Min(random.Next(1, 40), seed.Length - at);
            // A piece of markup, or a stretch of another place: attributes and elements where they do not belong.
            var piece = random.Next(2) == 0 ? pieces[random.Next(pieces.Length)] : seed.Substring(random.Next(seed.Length - length), length);
            try
            {
                UpdateDocument.Read(string.Concat(seed.AsSpan(0, at), piece, seed.AsSpan(at + (random.Next(2) * length))));
            }
            catch (IntegrityException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 2_999);
    }

    private static UpdateRevision Read(string file) => UpdateDocument.Read(File.ReadAllText(RepositoryRoot.Fixture($"updates/{file}")));
}
