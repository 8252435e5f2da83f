using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Microsoft.Win32;

namespace Hierarchy.Agent.Scan;

/// <summary>The facts of a real Windows: its registry, its files, its version. What is not looked up here stays unknown, and what hangs on it is not applicable.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsFacts(IReadOnlySet<Guid> installedOnce) : IFacts
{
    private const string CurrentVersion = @"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
    private const string Packages = @"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages";

    private Fact<OperatingSystemFacts>? _system;

    /// <inheritdoc/>
    public Fact<OperatingSystemFacts> OperatingSystem => _system ??= ReadSystem();

    /// <inheritdoc/>
    public Fact<bool> IsClustered
    {
        get
        {
            using var key = Open(new RegistryPath("HKLM", "Cluster", is32Bit: false));
            return Fact.Known(key is not null);
        }
    }

    /// <inheritdoc/>
    public Fact<bool> KeyExists(RegistryPath key) => Guarded(() =>
    {
        using var opened = Open(key);
        return Fact.Known(opened is not null);
    });

    /// <inheritdoc/>
    public Fact<RegistryValue> ReadValue(RegistryPath key, string name) => Guarded(() =>
    {
        using var opened = Open(key);
        if (opened?.GetValue(name, defaultValue: null, RegistryValueOptions.DoNotExpandEnvironmentNames) is not { } data) return Fact.Absent<RegistryValue>();
        return Fact.Known(opened.GetValueKind(name) switch
        {
            RegistryValueKind.String => new RegistryValue(RegistryValue.StringType, (string)data, 0),
            RegistryValueKind.ExpandString => new RegistryValue(RegistryValue.ExpandStringType, (string)data, 0),
            RegistryValueKind.MultiString => new RegistryValue("REG_MULTI_SZ", string.Join('\n', (string[])data), 0),
            RegistryValueKind.DWord => new RegistryValue(RegistryValue.DWordType, Text: null, (uint)(int)data),
            RegistryValueKind.QWord => new RegistryValue("REG_QWORD", Text: null, (ulong)(long)data),
            RegistryValueKind.Binary => new RegistryValue("REG_BINARY", Text: null, 0),
            _ => new RegistryValue("REG_NONE", Text: null, 0),
        });
    });

    /// <inheritdoc/>
    public Fact<IReadOnlyList<string>> ListSubkeys(RegistryPath key) => Guarded(() =>
    {
        using var opened = Open(key);
        return opened is null ? Fact.Absent<IReadOnlyList<string>>() : Fact.Known<IReadOnlyList<string>>(opened.GetSubKeyNames());
    });

    /// <inheritdoc/>
    public Fact<FileFacts> FindFile(string path) => Guarded(() =>
    {
        var file = new FileInfo(path);
        if (!file.Exists) return Fact.Absent<FileFacts>();
        var version = FileVersionInfo.GetVersionInfo(path);
        return Fact.Known(new FileFacts
        {
            Size = file.Length,
            Created = new DateTimeOffset(file.CreationTimeUtc),
            Modified = new DateTimeOffset(file.LastWriteTimeUtc),
            Version = version.FileVersion is null
                ? null
                : new FourPartVersion((uint)version.FileMajorPart, (uint)version.FileMinorPart, (uint)version.FileBuildPart, (uint)version.FilePrivatePart),
        });
    });

    /// <inheritdoc/>
    public Fact<string> FindFolder(int csidl)
    {
        // The numbers of Environment.SpecialFolder are those of CSIDL.
        var path = Enum.IsDefined((Environment.SpecialFolder)csidl) ? Environment.GetFolderPath((Environment.SpecialFolder)csidl) : "";
        return path.Length > 0 ? Fact.Known(path) : Fact.Unknown<string>($"Windows does not say where the folder CSIDL {csidl} is");
    }

    /// <inheritdoc/>
    public Fact<string> Expand(string text) => Fact.Known(Environment.ExpandEnvironmentVariables(text));

    /// <inheritdoc/>
    public Fact<bool> WasInstalled(Guid updateId) => Fact.Known(installedOnce.Contains(updateId));

    /// <inheritdoc/>
    public Fact<CbsPackageState> FindCbsPackage(string identity) => Guarded(() =>
    {
        using var key = Open(new RegistryPath("HKLM", $@"{Packages}\{identity}", is32Bit: false));
        if (key is null) return Fact.Absent<CbsPackageState>();

        // CurrentState: 112 installed, 80 superseded; everything else is on its way.
        return Fact.Known(key.GetValue("CurrentState") switch { 112 => CbsPackageState.Installed, 80 => CbsPackageState.Superseded, _ => CbsPackageState.Other });
    });

    private static RegistryKey? Open(RegistryPath path)
    {
        var hive = path.Hive switch
        {
            "HKLM" => RegistryHive.LocalMachine,
            "HKCU" => RegistryHive.CurrentUser,
            "HKCR" => RegistryHive.ClassesRoot,
            "HKU" => RegistryHive.Users,
            _ => RegistryHive.CurrentConfig,
        };
        using var root = RegistryKey.OpenBaseKey(hive, path.Is32Bit ? RegistryView.Registry32 : RegistryView.Registry64);
        return root.OpenSubKey(path.Subkey);
    }

    private static Fact<T> Guarded<T>(Func<Fact<T>> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is System.Security.SecurityException or UnauthorizedAccessException or IOException)
        {
            return Fact.Unknown<T>(exception.Message);
        }
    }

    private static Fact<OperatingSystemFacts> ReadSystem()
    {
        using var key = Registry.LocalMachine.OpenSubKey(CurrentVersion);
        var version = Environment.OSVersion.Version;
        var installation = key?.GetValue("InstallationType") as string;
        return Fact.Known(new OperatingSystemFacts
        {
            Major = (uint)version.Major,
            Minor = (uint)version.Minor,
            Build = (uint)version.Build,
            ServicePackMajor = (uint)Math.Max(0, (int)version.MajorRevision),
            ServicePackMinor = (uint)Math.Max(0, (int)version.MinorRevision),
            ProductType = ReadProductType(installation),
            Architecture = RuntimeInformation.OSArchitecture switch
            {
                Architecture.X86 => 0,
                Architecture.Arm => 5,
                Architecture.Arm64 => 12,
                _ => OperatingSystemFacts.X64,
            },
            ProcessorCount = Environment.ProcessorCount,
            Language = ReadInstallLanguage(),
            MuiLanguages = ReadMuiLanguages(),
        });
    }

    private static uint ReadProductType(string? installation)
    {
        using var key = Registry.LocalMachine.OpenSubKey(@"SYSTEM\CurrentControlSet\Control\ProductOptions");
        return (key?.GetValue("ProductType") as string) switch
        {
            "WinNT" => 1,
            "LanmanNT" => 2,
            "ServerNT" => 3,
            _ => installation is null or "Client" ? 1u : 3u,
        };
    }

    private static string? ReadInstallLanguage()
    {
        using var key = Registry.LocalMachine.OpenSubKey(@"SYSTEM\CurrentControlSet\Control\Nls\Language");
        if (key?.GetValue("InstallLanguage") is not string hexadecimal) return null;
        if (!int.TryParse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number)) return null;
        try
        {
            return CultureInfo.GetCultureInfo(number).Name;
        }
        catch (CultureNotFoundException)
        {
            return null;
        }
    }

    // One language is the language of the system; MUI is what comes on top.
    private static string[] ReadMuiLanguages()
    {
        using var key = Registry.LocalMachine.OpenSubKey(@"SYSTEM\CurrentControlSet\Control\MUI\UILanguages");
        return key?.GetSubKeyNames() is { Length: > 1 } names ? names : [];
    }
}
