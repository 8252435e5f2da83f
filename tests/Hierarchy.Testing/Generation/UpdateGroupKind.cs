namespace Hierarchy.Testing.Generation;

/// <summary>What a group of generated documents is about; a group names only its own documents, categories and detectoids.</summary>
internal enum UpdateGroupKind
{
    /// <summary>A bundle of hidden bundles of hidden leaves that run a command, as definition updates are: three deep.</summary>
    Definitions,

    /// <summary>Monthly bundles with a component-based leaf each, every month superseding those before.</summary>
    Cumulative,

    /// <summary>A bundle of Windows Installer patches for an Office.</summary>
    OfficePatch,

    /// <summary>One Windows Installer package.</summary>
    Application,

    /// <summary>A bundle with an operating system image, encrypted files and a licence.</summary>
    FeatureUpgrade,

    /// <summary>Drivers for one device, each superseding the one before.</summary>
    Drivers,

    /// <summary>A rule that other updates name as a prerequisite.</summary>
    Detectoid,

    /// <summary>A tool with a licence that runs a command.</summary>
    Tool,

    /// <summary>An update.exe package of earlier systems, in few or many languages.</summary>
    Hotfix,
}
