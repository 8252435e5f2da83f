namespace Hierarchy.Tests.Catalog;

/// <summary>
/// Every element and attribute that documents have, by its path from `Update`, and what becomes of it: understood, or kept in the document alone. What stands below a rule is the rules' own affair.
/// </summary>
internal static class DocumentTable
{
    /// <summary>Understood: it changes what a reader is told.</summary>
    public static IReadOnlySet<string> Modelled { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "UpdateIdentity@UpdateID", "UpdateIdentity@RevisionNumber",
        "Properties@UpdateType", "Properties@DefaultPropertiesLanguage", "Properties@PublicationState", "Properties@CreationDate", "Properties@Handler",
        "Properties@ExplicitlyDeployable", "Properties@BrowseOnly", "Properties@MsrcSeverity", "Properties@IsBeta", "Properties@OSUpgrade", "Properties@EulaID",
        "Properties@MinDownloadSize", "Properties@MaxDownloadSize", "Properties@CompatibleProtocolVersion", "Properties@IsLocallyPublished",
        "Properties/InstallationBehavior@Impact", "Properties/InstallationBehavior@RebootBehavior", "Properties/InstallationBehavior@CanRequestUserInput",
        "Properties/InstallationBehavior@RequiresNetworkConnectivity",
        "Properties/UninstallationBehavior@Impact", "Properties/UninstallationBehavior@RebootBehavior", "Properties/UninstallationBehavior@CanRequestUserInput",
        "Properties/UninstallationBehavior@RequiresNetworkConnectivity",
        "Properties/MoreInfoUrl#", "Properties/SupportUrl#", "Properties/SecurityBulletinID#", "Properties/CveID#", "Properties/KBArticleID#", "Properties/Language#", "Properties/SecuredFragment#",
        "LocalizedPropertiesCollection/LocalizedProperties/Language#", "LocalizedPropertiesCollection/LocalizedProperties/Title#", "LocalizedPropertiesCollection/LocalizedProperties/Description#",
        "LocalizedPropertiesCollection/LocalizedProperties/UninstallNotes#", "LocalizedPropertiesCollection/LocalizedProperties/MoreInfoUrl#", "LocalizedPropertiesCollection/LocalizedProperties/SupportUrl#",
        "LocalizedPropertiesCollection/EulaFile@Digest", "LocalizedPropertiesCollection/EulaFile@DigestAlgorithm", "LocalizedPropertiesCollection/EulaFile@FileName", "LocalizedPropertiesCollection/EulaFile@Size",
        "LocalizedPropertiesCollection/EulaFile@Language", "LocalizedPropertiesCollection/EulaFile@GeoId", "LocalizedPropertiesCollection/EulaFile/AdditionalDigest@Algorithm",
        "LocalizedPropertiesCollection/EulaFile/AdditionalDigest#",
        "Relationships/SupersededUpdates/UpdateIdentity@UpdateID", "Relationships/Prerequisites/UpdateIdentity@UpdateID", "Relationships/Prerequisites/AtLeastOne@IsCategory",
        "Relationships/Prerequisites/AtLeastOne/UpdateIdentity@UpdateID", "Relationships/BundledUpdates/UpdateIdentity@UpdateID", "Relationships/BundledUpdates/UpdateIdentity@RevisionNumber",
        "Relationships/BundledUpdates/AtLeastOne/UpdateIdentity@UpdateID", "Relationships/BundledUpdates/AtLeastOne/UpdateIdentity@RevisionNumber",
        "ApplicabilityRules/Metadata/WindowsDriverMetaData@HardwareID", "ApplicabilityRules/Metadata/WindowsDriverMetaData@DriverVerDate", "ApplicabilityRules/Metadata/WindowsDriverMetaData@DriverVerVersion",
        "ApplicabilityRules/Metadata/WindowsDriverMetaData@WhqlDriverID", "ApplicabilityRules/Metadata/WindowsDriverMetaData@Class", "ApplicabilityRules/Metadata/WindowsDriverMetaData@Company",
        "ApplicabilityRules/Metadata/WindowsDriverMetaData@Provider", "ApplicabilityRules/Metadata/WindowsDriverMetaData@Manufacturer", "ApplicabilityRules/Metadata/WindowsDriverMetaData@Model",
        "ApplicabilityRules/Metadata/WindowsDriverMetaData/CompatibleProvider#", "ApplicabilityRules/Metadata/WindowsDriverMetaData/FeatureScore@FeatureScore",
        "ApplicabilityRules/Metadata/WindowsDriverMetaData/FeatureScore@OperatingSystem", "ApplicabilityRules/Metadata/WindowsDriverMetaData/TargetComputerHardwareId#",
        "ApplicabilityRules/Metadata/WindowsDriverMetaData/DistributionComputerHardwareId#",
        "Files/File@Digest", "Files/File@DigestAlgorithm", "Files/File@FileName", "Files/File@Size", "Files/File@Modified", "Files/File@PatchingType", "Files/File@PatchingTypePreferred", "Files/File@IsEncrypted",
        "Files/File/AdditionalDigest@Algorithm", "Files/File/AdditionalDigest#",
        "HandlerSpecificData@type", "HandlerSpecificData/InstallCommand@Program", "HandlerSpecificData/InstallCommand@Arguments", "HandlerSpecificData/InstallCommand@RebootByDefault",
        "HandlerSpecificData/InstallCommand@DefaultResult", "HandlerSpecificData/InstallCommand@IsSetup360", "HandlerSpecificData/InstallCommand/ReturnCode@Code",
        "HandlerSpecificData/InstallCommand/ReturnCode@Result", "HandlerSpecificData/InstallCommand/ReturnCode@Reboot",
        "HandlerSpecificData/UninstallCommand@Program", "HandlerSpecificData/UninstallCommand@Arguments", "HandlerSpecificData/UninstallCommand@RebootByDefault", "HandlerSpecificData/UninstallCommand@DefaultResult",
        "HandlerSpecificData/UninstallCommand/ReturnCode@Code", "HandlerSpecificData/UninstallCommand/ReturnCode@Result", "HandlerSpecificData/UninstallCommand/ReturnCode@Reboot",
        "HandlerSpecificData/CategoryInformation@CategoryType", "HandlerSpecificData/CategoryInformation@ProhibitsSubcategories", "HandlerSpecificData/CategoryInformation@ProhibitsUpdates",
        "HandlerSpecificData/CategoryInformation@DisplayOrder", "HandlerSpecificData/CategoryInformation@ExcludedByDefault",
        "HandlerSpecificData/MsiData@ProductCode", "HandlerSpecificData/MsiData@MsiFile", "HandlerSpecificData/MsiData@CommandLine", "HandlerSpecificData/MsiData@UninstallCommandLine",
        "HandlerSpecificData/MsiData/RepairPath@RelativeToServer", "HandlerSpecificData/MsiData/RepairPath@Path",
        "HandlerSpecificData/MspData@FullFilePatchCode", "HandlerSpecificData/MspData@CommandLine", "HandlerSpecificData/MspData@UninstallCommandLine",
        "HandlerSpecificData/MspData/RepairPath@RelativeToServer", "HandlerSpecificData/MspData/RepairPath@Path",
        "HandlerSpecificData/CbsData@PackageIdentity", "HandlerSpecificData/OSInstallData@InitialModule",
        "HandlerSpecificData/WindowsPatchData@UnpackParameters", "HandlerSpecificData/WindowsPatchData@InstallParameters",
    };

    /// <summary>Kept in the document alone, for Windows' own client or for nobody: no decision and no console asks.</summary>
    public static IReadOnlySet<string> Kept { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "Properties@PublisherID", "Properties@IsPublic", "Properties@AutoSelectOnWebSites", "Properties@PerUser", "Properties@CanSourceBeRequired", "Properties@LegacyName", "Properties@DetectoidType",
        "Properties@ProductName", "Properties@ReleaseVersion", "Properties@ReleaseRevision", "Properties/Readiness@Level", "Properties/Readiness@Date",
    };
}
