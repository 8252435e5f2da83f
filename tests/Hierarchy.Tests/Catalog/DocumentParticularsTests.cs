using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Catalog;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Catalog;

/// <summary>What drivers, licences, categories, files and handlers alone have.</summary>
public sealed class DocumentParticularsTests
{
    [Fact]
    public void Driver_WithEveryAttribute_IsUnderstood()
    {
        var driver = Assert.Single(UpdateDocument.Read(DocumentSample.Everything).Drivers);

        Assert.Equal(@"USB\VID_8087&PID_0A2B", driver.HardwareId);
        Assert.Equal(new DateOnly(2024, 1, 30), driver.Date);
        Assert.Equal(new FourPartVersion(22, 150, 0, 6), driver.Version);
        Assert.Equal(("77", "Printers", "Contoso Signing"), (driver.WhqlId, driver.Class, driver.Company));
        Assert.Equal(("Contoso", "Contoso Devices", "Contoso 77"), (driver.Provider, driver.Manufacturer, driver.Model));
        Assert.Equal(["Microsoft"], driver.CompatibleProviders);
        Assert.Equal([new DriverFeatureScore("amd64.10.0", 0xFE)], driver.FeatureScores);
        Assert.Equal([Guid.Parse("0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f08")], driver.TargetComputers);
        Assert.Equal([Guid.Parse("0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f09")], driver.DistributionComputers);
    }

    [Theory]
    [InlineData("DriverVerDate=\"2024-01-30\"", "DriverVerDate=\"soon\"")]
    [InlineData("DriverVerVersion=\"22.150.0.6\"", "DriverVerVersion=\"9.9.9.9.9\"")]
    [InlineData("FeatureScore=\"FE\"", "FeatureScore=\"best\"")]
    public void Driver_ValueWithoutMeaning_IsAbsentAndTheDriverStays(string value, string other)
    {
        var driver = Assert.Single(UpdateDocument.Read(DocumentSample.Everything.Replace(value, other, StringComparison.Ordinal)).Drivers);

        Assert.True(driver.Date is null || driver.Version is null || driver.FeatureScores.Count == 0);
    }

    [Fact]
    public void Licence_HasItsFilesByLanguageAndRegion()
    {
        var update = UpdateDocument.Read(DocumentSample.Everything);

        var licence = Assert.Single(update.EulaFiles);
        Assert.Equal(("de", "DEU", "eula_de.txt", 700L), (licence.Language, licence.Region, licence.File.Name, licence.File.Size));
        Assert.Equal(32, licence.File.Sha256.Length);
        Assert.Equal("a.psf", Assert.Single(update.Files).Name);
    }

    [Theory]
    [InlineData("Express", true)]
    [InlineData("express", true)]
    [InlineData("SelfContained", false)]
    [InlineData("", false)]
    public void File_Express_IsWhatOnlyAnExpressClientNeeds(string type, bool isExpress)
    {
        var file = UpdateDocument.Read(DocumentSample.Everything.Replace("\"Express\"", $"\"{type}\"", StringComparison.Ordinal)).Files[0];

        Assert.Equal(isExpress, file.IsExpress);
        Assert.True(file.IsEncrypted);
        Assert.Equal("Metadata", file.PatchingTypePreferred);
    }

    [Fact]
    public void Properties_OfEveryKind_AreUnderstood()
    {
        var update = UpdateDocument.Read(DocumentSample.Everything);

        Assert.True(update is { IsBeta: true, IsBrowseOnly: true, IsOsUpgrade: true, IsLocallyPublished: true, CanUninstall: true });
        Assert.Equal((10L, 20L, "1.4"), (update.MinDownloadSize, update.MaxDownloadSize, update.CompatibleProtocolVersion));
        Assert.Equal(("http://more.example", "http://support.example"), (update.MoreInfoUrl, update.SupportUrl));
        Assert.Equal(["FileDecryption"], update.SecuredFragments);
        Assert.Equal(new InstallationBehavior("Minor", "CanRequestReboot", CanRequestUserInput: true, RequiresNetworkConnectivity: true), update.Uninstallation);
        Assert.Equal(("Entfernen", "http://mehr.example", "http://hilfe.example"), (update.Texts[0].UninstallNotes, update.Texts[0].MoreInfoUrl, update.Texts[0].SupportUrl));
    }

    [Fact]
    public void Handlers_AllKnown_AreUnderstood()
    {
        var data = DocumentSample.OfEachHandler().Select(xml => UpdateDocument.Read(xml).HandlerData).ToList();

        Assert.Equal(
            [
                new WindowsInstallerHandler
                {
                    IsPatch = false, ProductCode = "{a1b2c3d4-0001-4000-8000-000000000100}", PackageFile = "a.msi", CommandLine = "A=1", UninstallCommandLine = "B=2", RepairPath = "x\\y", IsRepairPathOnServer = true,
                },
                new WindowsInstallerHandler { IsPatch = true, PatchCode = "{39767eca-1731-45db-ab5b-6bf40e151d66}", CommandLine = "A=1", UninstallCommandLine = "B=2", RepairPath = "x\\y", IsRepairPathOnServer = true },
                new CbsHandler("Package_for_KB1~31bf3856ad364e35~amd64~~10.0.1.1"),
                new OsInstallerHandler("UpdateAgent.dll"),
                new WindowsPatchHandler("/x", "/q"),
                new WindowsSetupHandler("setup.exe", IsSetup360: true),
                new CategoryDetails { Type = "Product", ProhibitsSubcategories = true, ProhibitsUpdates = true, IsExcludedByDefault = true, DisplayOrder = 4 },
            ],
            data);
    }

    [Fact]
    public void Handler_Unknown_StaysInTheDocument()
    {
        var update = UpdateDocument.Read(DocumentSample.OfEachHandler().First().Replace("MsiData", "FutureData", StringComparison.Ordinal));

        Assert.Null(update.HandlerData);
        Assert.EndsWith("UpdateHandlers/WindowsInstaller", update.Handler, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_OfEverything_CarriesWhatServersDecideOn()
    {
        var update = UpdateDocument.Read(DocumentSample.Everything);
        var head = RevisionRecords.ReadHead(RevisionRecords.Encode(update, DocumentSample.Everything, 7, _ => "http://update.example/file", DateTimeOffset.UnixEpoch));

        Assert.True(head.Files[0].Express && head.Files[0].Encrypted);
        Assert.Equal(("de", "DEU", "http://update.example/file"), (head.EulaFiles[0].Language, head.EulaFiles[0].Region, head.EulaFiles[0].File.MicrosoftUpdateUrl));
        Assert.Equal("1.4", head.CompatibleProtocolVersion);
        var (sent, read) = (update.Drivers[0], DriverRecords.Decode(Assert.Single(head.Drivers)));
        Assert.Equal((sent.HardwareId, sent.Date, sent.Version, sent.Class, sent.Provider), (read.HardwareId, read.Date, read.Version, read.Class, read.Provider));
        Assert.Equal(sent.FeatureScores, read.FeatureScores);
        Assert.Equal(sent.TargetComputers, read.TargetComputers);
        Assert.Equal(sent.DistributionComputers, read.DistributionComputers);
        Assert.Equal(sent.CompatibleProviders, read.CompatibleProviders);
    }

    [Fact]
    public void Record_OfACategory_SaysHowItMayBeChosen()
    {
        var xml = DocumentSample.OfEachHandler().Last();
        var head = RevisionRecords.ReadHead(RevisionRecords.Encode(UpdateDocument.Read(xml), xml, 7, _ => null, DateTimeOffset.UnixEpoch));

        Assert.True(head.Category is { ProhibitsSubcategories: true, ProhibitsUpdates: true, ExcludedByDefault: true, DisplayOrder: 4 });
        Assert.Equal("Product", head.CategoryType);
    }
}
