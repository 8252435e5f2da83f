using Hierarchy.Domain.Applicability;

namespace Hierarchy.Domain.Catalog;

/// <summary>One update document, understood. Made by <see cref="UpdateDocument"/>; the original document is kept beside it.</summary>
public sealed record UpdateRevision
{
    /// <summary>The update and its revision.</summary>
    public required RevisionId Id { get; init; }

    /// <summary>What kind of thing it is.</summary>
    public required UpdateType Type { get; init; }

    /// <summary>Title and description per language, the default language first. Never empty: a document without a title gets its id as one.</summary>
    public required IReadOnlyList<LocalizedText> Texts { get; init; }

    /// <summary>KB article numbers without the prefix `KB`.</summary>
    public IReadOnlyList<string> KnowledgeBaseArticles { get; init; } = [];

    /// <summary>Security bulletins, e.g. `MS08-067`.</summary>
    public IReadOnlyList<string> SecurityBulletins { get; init; } = [];

    /// <summary>CVE identifiers, where the document names them.</summary>
    public IReadOnlyList<string> Cves { get; init; } = [];

    /// <summary>MsrcSeverity as the document writes it (`Critical`, `Important`, …); null when it says none.</summary>
    public string? Severity { get; init; }

    /// <summary>When the publisher made this revision, UTC.</summary>
    public DateTimeOffset? CreationDate { get; init; }

    /// <summary>Published, or expired: withdrawn by the publisher.</summary>
    public PublicationState PublicationState { get; init; }

    /// <summary>True when an administrator may approve it by itself; false for what only comes along in a bundle.</summary>
    public bool IsExplicitlyDeployable { get; init; }

    /// <summary>True when it can be uninstalled.</summary>
    public bool CanUninstall { get; init; }

    /// <summary>What installing asks of the user and the machine.</summary>
    public InstallationBehavior Installation { get; init; } = InstallationBehavior.Default;

    /// <summary>What uninstalling asks of the user and the machine; null where the document says nothing of it.</summary>
    public InstallationBehavior? Uninstallation { get; init; }

    /// <summary>True for what the publisher calls a beta.</summary>
    public bool IsBeta { get; init; }

    /// <summary>True for what automatic updates never choose by themselves: a user must.</summary>
    public bool IsBrowseOnly { get; init; }

    /// <summary>True for what an administrator published on a WSUS server, not Microsoft.</summary>
    public bool IsLocallyPublished { get; init; }

    /// <summary>True for a new version of the operating system.</summary>
    public bool IsOsUpgrade { get; init; }

    /// <summary>The least and the most that a client downloads, in bytes; null when the document does not say.</summary>
    public long? MinDownloadSize { get; init; }

    /// <inheritdoc cref="MinDownloadSize"/>
    public long? MaxDownloadSize { get; init; }

    /// <summary>The first version of [MS-WUSP] whose clients understand it, e.g. `1.4`; null for every one.</summary>
    public string? CompatibleProtocolVersion { get; init; }

    /// <summary>Where more is said, whatever the language; null when the document does not say.</summary>
    public string? MoreInfoUrl { get; init; }

    /// <summary>Where help is found, whatever the language; null when the document does not say.</summary>
    public string? SupportUrl { get; init; }

    /// <summary>The licence to accept before approval; null when there is none.</summary>
    public Guid? EulaId { get; init; }

    /// <summary>The texts of that licence by language and region.</summary>
    public IReadOnlyList<EulaFile> EulaFiles { get; init; } = [];

    /// <summary>What is told to authorized servers alone: `FileDecryption` (keys are asked for), `FileURL`.</summary>
    public IReadOnlyList<string> SecuredFragments { get; init; } = [];

    /// <summary>Languages of the product that the update is for, e.g. `en`; empty when it is for all.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Classification and products (Prerequisites, IsCategory), where the document names them.</summary>
    public IReadOnlyList<Guid> Categories { get; init; } = [];

    /// <summary>For categories: `Company`, `ProductFamily`, `Product`, `UpdateClassification`; null for all else.</summary>
    public string? CategoryType { get; init; }

    /// <summary>What the document of a category says of it; null for all else.</summary>
    public CategoryDetails? Category => HandlerData as CategoryDetails;

    /// <summary>Prerequisites in conjunctive normal form: every group must hold, and a group holds when one of its updates is installed.</summary>
    public IReadOnlyList<Prerequisite> Prerequisites { get; init; } = [];

    /// <summary>Bundled revisions in conjunctive normal form, as the prerequisites; order as in the document.</summary>
    public IReadOnlyList<BundleGroup> BundledUpdates { get; init; } = [];

    /// <summary>Updates that this one supersedes, whatever their revision.</summary>
    public IReadOnlyList<Guid> SupersededUpdates { get; init; } = [];

    /// <summary>Files that an agent downloads, in document order.</summary>
    public IReadOnlyList<UpdateFile> Files { get; init; } = [];

    /// <summary>The rules by which a computer decides.</summary>
    public ApplicabilityRules Rules { get; init; } = ApplicabilityRules.None;

    /// <summary>The handler's namespace URI, e.g. `http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation`; null for what installs nothing.</summary>
    public string? Handler { get; init; }

    /// <summary>What the handler is told; null where the document says nothing, or for a handler that is not known: its data stays in the document.</summary>
    public HandlerData? HandlerData { get; init; }

    /// <summary>Handler data of a command line installation; null for other handlers.</summary>
    public CommandLineHandler? CommandLine => HandlerData as CommandLineHandler;

    /// <summary>What removes it, where the handler is CommandLineInstallation and its data say so; null otherwise.</summary>
    public CommandLineHandler? UninstallCommand { get; init; }

    /// <summary>Devices that the update is a driver for; empty for what is no driver.</summary>
    public IReadOnlyList<DriverDevice> Drivers { get; init; } = [];
}
