namespace Hierarchy.Tests.Catalog;

/// <summary>A document made for tests that holds every element and attribute that real documents were seen to have, whether or not one document may have them together.</summary>
internal static class DocumentSample
{
    public const string Everything =
        """
        <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update" xmlns:pub="http://schemas.microsoft.com/msus/2002/12/Publishing" xmlns:drv="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver">
          <upd:UpdateIdentity UpdateID="0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01" RevisionNumber="3" />
          <upd:Properties UpdateType="Software" DefaultPropertiesLanguage="de" PublicationState="Published" CreationDate="2024-02-01T10:00:00Z" PublisherID="395392a0-19c0-48b7-a927-f7c15066d905"
              Handler="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation" ExplicitlyDeployable="true" AutoSelectOnWebSites="true" BrowseOnly="true" MsrcSeverity="Important"
              IsPublic="false" IsBeta="true" PerUser="true" OSUpgrade="swap" EulaID="0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f02" MinDownloadSize="10" MaxDownloadSize="20" CompatibleProtocolVersion="1.4"
              IsLocallyPublished="true" CanSourceBeRequired="true" LegacyName="old" DetectoidType="Application" ProductName="Client.OS" ReleaseVersion="10.0.1" ReleaseRevision="1">
            <upd:InstallationBehavior Impact="Minor" RebootBehavior="AlwaysRequiresReboot" CanRequestUserInput="true" RequiresNetworkConnectivity="true" />
            <upd:UninstallationBehavior Impact="Minor" RebootBehavior="CanRequestReboot" CanRequestUserInput="true" RequiresNetworkConnectivity="true" />
            <upd:MoreInfoUrl>http://more.example</upd:MoreInfoUrl>
            <upd:SupportUrl>http://support.example</upd:SupportUrl>
            <upd:SecurityBulletinID>MS24-001</upd:SecurityBulletinID>
            <upd:CveID>CVE-2024-0001</upd:CveID>
            <upd:KBArticleID>5000001</upd:KBArticleID>
            <upd:Language>de</upd:Language>
            <upd:SecuredFragment>FileDecryption</upd:SecuredFragment>
            <upd:Readiness Level="RTW" Date="2024-02-01T10:00:00+00:00" />
          </upd:Properties>
          <upd:LocalizedPropertiesCollection>
            <upd:LocalizedProperties>
              <upd:Language>en</upd:Language>
              <upd:Title>Title</upd:Title>
            </upd:LocalizedProperties>
            <upd:LocalizedProperties>
              <upd:Language>de</upd:Language>
              <upd:Title>Titel</upd:Title>
              <upd:Description>Beschreibung</upd:Description>
              <upd:UninstallNotes>Entfernen</upd:UninstallNotes>
              <upd:MoreInfoUrl>http://mehr.example</upd:MoreInfoUrl>
              <upd:SupportUrl>http://hilfe.example</upd:SupportUrl>
            </upd:LocalizedProperties>
            <upd:EulaFile Digest="h/W9BGlYUAaqXTp30cZi/SiV3c0=" DigestAlgorithm="SHA1" FileName="eula_de.txt" Size="700" Language="de" GeoId="DEU">
              <upd:AdditionalDigest Algorithm="SHA256">Amt0qymy5KsROiwIXm4QIIV75Ju4r+Cl28Pg8gaLXUA=</upd:AdditionalDigest>
            </upd:EulaFile>
          </upd:LocalizedPropertiesCollection>
          <upd:Relationships>
            <upd:SupersededUpdates><upd:UpdateIdentity UpdateID="0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f03" /></upd:SupersededUpdates>
            <upd:Prerequisites>
              <upd:UpdateIdentity UpdateID="0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f04" />
              <upd:AtLeastOne IsCategory="true"><upd:UpdateIdentity UpdateID="0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f05" /></upd:AtLeastOne>
            </upd:Prerequisites>
            <upd:BundledUpdates>
              <upd:UpdateIdentity UpdateID="0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f06" RevisionNumber="2" />
              <upd:AtLeastOne><upd:UpdateIdentity UpdateID="0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f07" RevisionNumber="2" /></upd:AtLeastOne>
            </upd:BundledUpdates>
          </upd:Relationships>
          <upd:ApplicabilityRules>
            <upd:IsInstalled><drv:WindowsDriverInstalled /></upd:IsInstalled>
            <upd:IsSuperseded><drv:WindowsDriverSuperseded /></upd:IsSuperseded>
            <upd:IsInstallable><drv:WindowsDriverInstallable /></upd:IsInstallable>
            <upd:Metadata>
              <drv:WindowsDriverMetaData HardwareID="USB\VID_8087&amp;PID_0A2B" DriverVerDate="2024-01-30" DriverVerVersion="22.150.0.6" WhqlDriverID="77" Class="Printers" Company="Contoso Signing" Provider="Contoso" Manufacturer="Contoso Devices" Model="Contoso 77">
                <drv:CompatibleProvider>Microsoft</drv:CompatibleProvider>
                <drv:FeatureScore FeatureScore="FE" OperatingSystem="amd64.10.0" />
                <drv:TargetComputerHardwareId>0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f08</drv:TargetComputerHardwareId>
                <drv:DistributionComputerHardwareId>0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f09</drv:DistributionComputerHardwareId>
              </drv:WindowsDriverMetaData>
            </upd:Metadata>
          </upd:ApplicabilityRules>
          <upd:Files>
            <upd:File Digest="h/W9BGlYUAaqXTp30cZi/SiV3c0=" DigestAlgorithm="SHA1" FileName="a.psf" Size="11606440" Modified="2024-01-31T09:39:26Z" PatchingType="Express" PatchingTypePreferred="Metadata" IsEncrypted="true">
              <upd:AdditionalDigest Algorithm="SHA256">Amt0qymy5KsROiwIXm4QIIV75Ju4r+Cl28Pg8gaLXUA=</upd:AdditionalDigest>
            </upd:File>
          </upd:Files>
          <upd:HandlerSpecificData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cmd="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation" xsi:type="cmd:CommandLineInstallation">
            <cmd:InstallCommand Program="a.exe" Arguments="/q" RebootByDefault="true" DefaultResult="Succeeded">
              <cmd:ReturnCode Code="3010" Result="Succeeded" Reboot="true" />
            </cmd:InstallCommand>
            <cmd:UninstallCommand Program="b.exe" Arguments="/u" RebootByDefault="true" DefaultResult="Succeeded">
              <cmd:ReturnCode Code="3011" Result="Succeeded" Reboot="true" />
            </cmd:UninstallCommand>
          </upd:HandlerSpecificData>
        </upd:Update>
        """;

    /// <summary>HandlerSpecificData of the other handlers, each in a document of its own.</summary>
    public static IEnumerable<string> OfEachHandler()
    {
        yield return Handled("msp:WindowsInstallerApp", "WindowsInstaller",
            "<msp:MsiData ProductCode='{a1b2c3d4-0001-4000-8000-000000000100}' MsiFile='a.msi' CommandLine='A=1' UninstallCommandLine='B=2'><msp:RepairPath RelativeToServer='true' Path='x\\y' /></msp:MsiData>");
        yield return Handled("msp:WindowsInstaller", "WindowsInstaller",
            "<msp:MspData FullFilePatchCode='{39767eca-1731-45db-ab5b-6bf40e151d66}' CommandLine='A=1' UninstallCommandLine='B=2'><msp:RepairPath RelativeToServer='true' Path='x\\y' /></msp:MspData>");
        yield return Handled("cbs:Cbs", "Cbs", "<cbs:CbsData PackageIdentity='Package_for_KB1~31bf3856ad364e35~amd64~~10.0.1.1' />");
        yield return Handled("osi:OSInstallerMetadata", "OSInstaller", "<osi:OSInstallData InitialModule='UpdateAgent.dll' />");
        yield return Handled("psf:WindowsPatch", "WindowsPatch", "<psf:WindowsPatchData UnpackParameters='/x' InstallParameters='/q' />");
        yield return Handled("wsi:WindowsSetup", "WindowsSetup", "<wsi:InstallCommand Program='setup.exe' IsSetup360='true' />");
        yield return Handled("cat:Category", "Category",
            "<cat:CategoryInformation CategoryType='Product' ProhibitsSubcategories='true' ProhibitsUpdates='true' DisplayOrder='4' ExcludedByDefault='true' />");
    }

    private static string Handled(string type, string handler, string content)
    {
        var prefix = type[..type.IndexOf(':', StringComparison.Ordinal)];
        return "<upd:Update xmlns:upd='http://schemas.microsoft.com/msus/2002/12/Update'><upd:UpdateIdentity UpdateID='0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01' RevisionNumber='3' />"
            + "<upd:Properties UpdateType='Software' />"
            + $"<upd:HandlerSpecificData xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:{prefix}='http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/{handler}' xsi:type='{type}'>{content}"
            + "</upd:HandlerSpecificData></upd:Update>";
    }
}
