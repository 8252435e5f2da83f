using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Xunit;

namespace Hierarchy.Tests.Catalog;

public class UpdateDocumentTests
{
    private const string Id = "266f6222-c89d-43f2-9f8a-69340271e677";
    private const string Other = "59653007-e2e9-4f71-8525-2ff588527978";
    private const string Digest = "h/W9BGlYUAaqXTp30cZi/SiV3c0=";

    [Fact]
    public void UpdateDocument_OtherPrefixDefaultNamespaceAndNone_AreTheSame()
    {
        var content = $"<P:UpdateIdentity UpdateID='{Id}' RevisionNumber='3'/><P:Properties UpdateType='Software'><P:KBArticleID>KB12</P:KBArticleID></P:Properties>";

        foreach (var (prefix, declaration) in new[] { ("x:", $"xmlns:x='{UpdateDocument.Namespace}'"), ("", $"xmlns='{UpdateDocument.Namespace}'"), ("", "") })
        {
            var update = UpdateDocument.Read($"<{prefix}Update {declaration}>{content.Replace("P:", prefix, StringComparison.Ordinal)}</{prefix}Update>");
            Assert.Equal(3, update.Id.RevisionNumber);
            Assert.Equal(UpdateType.Software, update.Type);
            Assert.Equal(["12"], update.KnowledgeBaseArticles);
        }
    }

    [Fact]
    public void UpdateDocument_IdsInCapitalsOrBraces_AreTheSameIds()
    {
        var update = UpdateDocument.Read(Wrap(
            $"<Relationships><Prerequisites><UpdateIdentity UpdateID='{{{Other.ToUpperInvariant()}}}'/></Prerequisites></Relationships>",
            id: Id.ToUpperInvariant()));

        Assert.Equal(Guid.Parse(Id), update.Id.UpdateId);
        Assert.Equal(Guid.Parse(Other), update.Prerequisites[0].AnyOf[0]);
    }

    [Fact]
    public void UpdateDocument_UnknownAndForeignElements_AreTolerated()
    {
        var update = UpdateDocument.Read(Wrap(
            "<New a='1'><Deep><UpdateIdentity UpdateID='no'/></Deep></New><f:Properties xmlns:f='urn:foreign' UpdateType='Driver'/>"
            + "<Relationships><Future/><Prerequisites><Odd/></Prerequisites></Relationships><Files><Folder/></Files>"));

        Assert.Equal(UpdateType.Software, update.Type);
        Assert.Empty(update.Prerequisites);
    }

    [Fact]
    public void UpdateDocument_ElementsInAnyOrder_ReadTheSame()
    {
        var update = UpdateDocument.Read(
            $"<Update xmlns='{UpdateDocument.Namespace}'><Files><File Digest='{Digest}' FileName='a.exe' Size='1'/></Files>"
            + $"<Properties UpdateType='Driver'/><UpdateIdentity UpdateID='{Id}' RevisionNumber='1'/></Update>");

        Assert.Equal("a.exe", Assert.Single(update.Files).Name);
        Assert.Equal(UpdateType.Driver, update.Type);
    }

    [Fact]
    public void UpdateDocument_WithoutTitles_GetsItsIdAsTitle()
    {
        var text = Assert.Single(UpdateDocument.Read(Wrap("")).Texts);

        Assert.Equal($"{Id}/7", text.Title);
        Assert.Equal("en", text.Language);
    }

    [Fact]
    public void UpdateDocument_WithoutEnglish_KeepsWhatItHas()
    {
        var update = UpdateDocument.Read(Wrap(
            "<LocalizedPropertiesCollection><LocalizedProperties><Language>de</Language><Title>Titel &amp; <![CDATA[<mehr>]]></Title></LocalizedProperties>"
            + "<LocalizedProperties><Language>fr</Language><Description>Sans titre</Description></LocalizedProperties></LocalizedPropertiesCollection>"));

        Assert.Equal([new LocalizedText("de", "Titel & <mehr>", ""), new LocalizedText("fr", "Titel & <mehr>", "Sans titre")], update.Texts);
    }

    [Fact]
    public void UpdateDocument_CommandLine_KeepsReturnCodesOfEveryNotation()
    {
        var command = UpdateDocument.Read(Wrap(
            "<HandlerSpecificData xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:q='urn:handler' i:type='q:CommandLineInstallation'>"
            + "<q:InstallCommand Program='s.exe' Arguments=' /q ' RebootByDefault='True' DefaultResult='Succeeded'>"
            + "<q:ReturnCode Code='3010' Result='Succeeded' Reboot='true'/><q:ReturnCode Code='3221225786' Result='Failed'/>"
            + "<q:ReturnCode Code='-1073741510' Result='Cancelled'/><q:ReturnCode Code='0x80070005'/></q:InstallCommand></HandlerSpecificData>")).CommandLine;

        Assert.NotNull(command);
        Assert.True(command.RebootByDefault);
        Assert.Equal(" /q ", command.Arguments);
        Assert.Equal(InstallResult.Succeeded, command.DefaultResult);
        Assert.Equal(
            [
                new ReturnCode(3010, InstallResult.Succeeded, RequiresReboot: true),
                new ReturnCode(-1073741510, InstallResult.Failed, RequiresReboot: false),
                new ReturnCode(-1073741510, InstallResult.Cancelled, RequiresReboot: false),
                new ReturnCode(unchecked((int)0x80070005), InstallResult.Failed, RequiresReboot: false),
            ],
            command.ReturnCodes);
    }

    [Fact]
    public void UpdateDocument_Properties_AreUnderstood()
    {
        var update = UpdateDocument.Read(
            $"<Update xmlns='{UpdateDocument.Namespace}'><UpdateIdentity UpdateID='{Id}' RevisionNumber='7'/>"
            + $"<Properties UpdateType='Software' PublicationState='Expired' EulaID='{Other}' ExplicitlyDeployable='true' CreationDate='2009-01-13T18:00:00'>"
            + "<SecurityBulletinID>MS08-067</SecurityBulletinID><CveID>CVE-2008-4250</CveID><Language>en</Language><Language>de</Language>"
            + "<InstallationBehavior CanRequestUserInput='true' RebootBehavior='AlwaysRequiresReboot'/><UninstallationBehavior/></Properties></Update>");

        Assert.Equal(PublicationState.Expired, update.PublicationState);
        Assert.Equal(Guid.Parse(Other), update.EulaId);
        Assert.Equal(["MS08-067"], update.SecurityBulletins);
        Assert.Equal(["CVE-2008-4250"], update.Cves);
        Assert.Equal(["en", "de"], update.Languages);
        Assert.True(update.CanUninstall);
        Assert.Equal(new InstallationBehavior("Normal", "AlwaysRequiresReboot", CanRequestUserInput: true, RequiresNetworkConnectivity: false), update.Installation);
        Assert.Equal(new DateTimeOffset(2009, 1, 13, 18, 0, 0, TimeSpan.Zero), update.CreationDate);
    }

    [Fact]
    public void UpdateDocument_TwoFilesOfOneDigest_KeepsBoth()
    {
        var file = $"<File Digest='{Digest}' DigestAlgorithm='SHA1' FileName='N.exe' Size='5' PatchingType='Express'/>";

        var update = UpdateDocument.Read(Wrap($"<Files>{file}{file}</Files>"));

        Assert.Equal(2, update.Files.Count);
        Assert.Equal("Express", update.Files[0].PatchingType);
        Assert.Empty(update.Files[0].Sha256);
    }

    [Fact]
    public void UpdateDocument_ByteOrderMarkAndDeclaration_AreTolerated()
    {
        Assert.Equal(7, UpdateDocument.Read("\uFEFF<?xml version=\"1.0\" encoding=\"utf-16\"?>" + Wrap("")).Id.RevisionNumber);
    }

    [Theory]
    [InlineData("", "not well-formed")]
    [InlineData("not xml", "not well-formed")]
    [InlineData("<Package/>", "`Package`")]
    [InlineData("<Update/>", "no UpdateIdentity")]
    [InlineData("<Update><UpdateIdentity UpdateID='x' RevisionNumber='1'/></Update>", "`x`")]
    [InlineData("<Update><UpdateIdentity UpdateID='266f6222-c89d-43f2-9f8a-69340271e677' RevisionNumber='-1'/></Update>", "`-1`")]
    [InlineData("<!DOCTYPE Update [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Update>&e;</Update>", "DTD")]
    [InlineData("<Update><UpdateIdentity UpdateID='266f6222-c89d-43f2-9f8a-69340271e677' RevisionNumber='1'/>", "not well-formed")]
    public void UpdateDocument_NotADocument_IsRefusedWithTheReason(string xml, string reason)
    {
        var exception = Assert.Throws<IntegrityException>(() => UpdateDocument.Read(xml));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Files><File Digest='AAAA' FileName='a' Size='1'/></Files>", "20 bytes")]
    [InlineData("<Files><File FileName='a' Size='1'/></Files>", "20 bytes")]
    [InlineData("<Files><File Digest='h/W9BGlYUAaqXTp30cZi/SiV3c0=' FileName='a' Size='many'/></Files>", "`many`")]
    [InlineData("<Files><File Digest='h/W9BGlYUAaqXTp30cZi/SiV3c0=' FileName='a' Size='1'><AdditionalDigest Algorithm='SHA256'>AAAA</AdditionalDigest></File></Files>", "32 bytes")]
    [InlineData("<Relationships><Prerequisites><AtLeastOne/></Prerequisites></Relationships>", "names no update")]
    [InlineData("<Relationships><BundledUpdates><UpdateIdentity UpdateID='266f6222-c89d-43f2-9f8a-69340271e677'/></BundledUpdates></Relationships>", "RevisionNumber")]
    [InlineData("<HandlerSpecificData><InstallCommand/></HandlerSpecificData>", "Program")]
    [InlineData("<HandlerSpecificData><InstallCommand Program='a'><ReturnCode Code='one'/></InstallCommand></HandlerSpecificData>", "`one`")]
    public void UpdateDocument_ValueWithoutMeaning_IsRefusedWithIdAndReason(string content, string reason)
    {
        var exception = Assert.Throws<IntegrityException>(() => UpdateDocument.Read(Wrap(content)));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{Id}/7", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(101, 1)]
    [InlineData(2, 24_998)]
    [InlineData(2, 25_001)]
    public void UpdateDocument_ManyOrDeepRules_AreRefusedWithAndWithoutReadingThem(int depth, int width)
    {
        var rule = string.Concat(Enumerable.Repeat("<And>", depth - 1)) + "<True/>" + string.Concat(Enumerable.Repeat("</And>", depth - 1));
        var document = Wrap($"<ApplicabilityRules><IsInstalled>{(width == 1 ? rule : $"<And>{string.Concat(Enumerable.Repeat(rule, width))}</And>")}</IsInstalled></ApplicabilityRules>");

        var read = Record.Exception(() => UpdateDocument.Read(document));
        var passedOver = Record.Exception(() => UpdateDocument.ReadWithoutRules(document));

        Assert.Equal(depth > 100 || width > 25_000, read is IntegrityException);
        Assert.Equal(read?.Message, passedOver?.Message);
    }

    [Theory]
    [InlineData("Unknown")]
    [InlineData("ApplicabilityRules")]
    [InlineData("Relationships")]
    public void UpdateDocument_DeepNesting_IsRefused(string element)
    {
        var deep = string.Concat(Enumerable.Repeat("<And>", 100_000)) + string.Concat(Enumerable.Repeat("</And>", 100_000));

        var exception = Assert.Throws<IntegrityException>(() => UpdateDocument.Read(Wrap($"<{element}>{deep}</{element}>")));

        Assert.Contains("deeper", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Cumulative updates carry the manifest of their package: more elements than rules may have, and nothing that a rule asks for.</summary>
    [Fact]
    public void UpdateDocument_LongManifest_IsReadWithAndWithoutRules()
    {
        var components = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"<component name='c{i}'/>"));
        var xml = Wrap(
            "<ApplicabilityRules><IsInstalled><CbsPackageInstalled xmlns='http://schemas.microsoft.com/msus/2002/12/CbsApplicabilityRules'/></IsInstalled><Metadata><CbsPackageApplicabilityMetadata><assembly xmlns='urn:schemas-microsoft-com:asm.v3'>"
            + $"<assemblyIdentity name='P' version='1.0' language='neutral' processorArchitecture='amd64' publicKeyToken='t'/><package identifier='KB1'><update>{components}</update></package></assembly>"
            + "</CbsPackageApplicabilityMetadata></Metadata></ApplicabilityRules>");

        Assert.Equal("P~t~amd64~~1.0", UpdateDocument.Read(xml).Rules.Metadata.CbsPackage);
        Assert.Equal(7, UpdateDocument.ReadWithoutRules(xml).Id.RevisionNumber);
    }

    [Fact]
    public void UpdateDocument_TooManyBytes_IsRefusedBeforeItIsRead()
    {
        var exception = Assert.Throws<IntegrityException>(() => UpdateDocument.Read(new string('\u4e00', (StoredDocument.MaxSize / 3) + 1)));

        Assert.Contains("bytes as UTF-8", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UpdateDocument_TooLong_IsRefusedBeforeItIsRead()
    {
        Assert.Contains("limit", Assert.Throws<IntegrityException>(() => UpdateDocument.Read(new string(' ', UpdateDocument.MaxLength + 1))).Message, StringComparison.Ordinal);
    }

    private static string Wrap(string content, string id = Id) =>
        $"<Update xmlns='{UpdateDocument.Namespace}'><UpdateIdentity UpdateID='{id}' RevisionNumber='7'/><Properties UpdateType='Software'/>{content}</Update>";
}
