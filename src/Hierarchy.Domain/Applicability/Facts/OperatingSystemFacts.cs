namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>The operating system as Win32 VerifyVersionInfo and GetNativeSystemInfo see it.</summary>
public sealed record OperatingSystemFacts
{
    /// <summary>`Windows`, or the name of another platform.</summary>
    public string Platform { get; init; } = "Windows";

    /// <summary>Major version.</summary>
    public required uint Major { get; init; }

    /// <summary>Minor version.</summary>
    public uint Minor { get; init; }

    /// <summary>Build number.</summary>
    public uint Build { get; init; }

    /// <summary>Major number of the service pack.</summary>
    public uint ServicePackMajor { get; init; }

    /// <summary>Minor number of the service pack.</summary>
    public uint ServicePackMinor { get; init; }

    /// <summary>1 workstation, 2 domain controller, 3 server.</summary>
    public uint ProductType { get; init; } = 1;

    /// <summary>VER_SUITE_… bits.</summary>
    public uint SuiteMask { get; init; }

    /// <summary>Native processor architecture with the numbers of SYSTEM_INFO: 0 x86, 5 ARM, 6 IA-64, 9 x64, 12 ARM64.</summary>
    public int Architecture { get; init; } = X64;

    /// <summary>Processor level; null when it is not known.</summary>
    public int? ProcessorLevel { get; init; }

    /// <summary>Processor revision; null when it is not known.</summary>
    public int? ProcessorRevision { get; init; }

    /// <summary>Logical processors; null when it is not known.</summary>
    public int? ProcessorCount { get; init; }

    /// <summary>Tag of the language that the system is localized to, e.g. `en-US`; null when it is not known.</summary>
    public string? Language { get; init; }

    /// <summary>Languages of the Multilingual User Interface; empty when MUI is not installed, null when it is not known.</summary>
    public IReadOnlyList<string>? MuiLanguages { get; init; } = [];

    /// <summary>The number of x64.</summary>
    public const int X64 = 9;

    /// <summary>True where the registry has a second, 32-bit view.</summary>
    public bool Is64Bit => Architecture is 6 or X64 or 12;
}
