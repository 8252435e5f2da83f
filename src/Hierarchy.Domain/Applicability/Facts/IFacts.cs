namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>
/// What the rules may ask about a computer. Everything that an implementation does not look up stays unknown, and an update that hangs on it is not applicable, with that reason.
/// Answers do not change during one evaluation.
/// </summary>
public interface IFacts
{
    /// <summary>Version, edition, processor and languages of the operating system.</summary>
    Fact<OperatingSystemFacts> OperatingSystem { get; }

    /// <summary>Whether a registry key is there.</summary>
    Fact<bool> KeyExists(RegistryPath key);

    /// <summary>A value of a key; the empty name is the default value. Absent when the key or the value is not there.</summary>
    Fact<RegistryValue> ReadValue(RegistryPath key, string name);

    /// <summary>Names of the direct subkeys; absent when the key is not there.</summary>
    Fact<IReadOnlyList<string>> ListSubkeys(RegistryPath key);

    /// <summary>A file by its full path with single backslashes; absent when there is none.</summary>
    Fact<FileFacts> FindFile(string path);

    /// <summary>The path of a special folder by its CSIDL number (36 is Windows, 37 System32, 38 Program Files).</summary>
    Fact<string> FindFolder(int csidl);

    /// <summary>A string with its `%NAME%` replaced from the environment of the computer.</summary>
    Fact<string> Expand(string text)
        => text.Contains('%', StringComparison.Ordinal) ? Fact.Unknown<string>($"the environment is not known, and '{text}' needs it") : Fact.Known(text);

    /// <summary>Win32 GetSystemMetrics.</summary>
    Fact<int> ReadSystemMetric(int index) => Fact.Unknown<int>("system metrics are not known");

    /// <summary>Whether the computer is a node of a failover cluster.</summary>
    Fact<bool> IsClustered => Fact.Unknown<bool>("whether this is a cluster node is not known");

    /// <summary>Whether this node owns a cluster resource.</summary>
    Fact<bool> OwnsClusterResource(string name) => Fact.Unknown<bool>("cluster resources are not known");

    /// <summary>A number of Windows' software licensing; absent when it has no such value.</summary>
    Fact<uint> ReadLicense(string value) => Fact.Unknown<uint>("licence values are not known");

    /// <summary>Whether a WMI query has results.</summary>
    Fact<bool> HasWmiResults(string @namespace, string query) => Fact.Unknown<bool>("WMI queries are not run");

    /// <summary>Whether the update was installed by this agent before.</summary>
    Fact<bool> WasInstalled(Guid updateId) => Fact.Unknown<bool>("the installation history is not known");

    /// <summary>The value of a query of an extension; absent when the extension has no such thing.</summary>
    Fact<string> ReadGeneric(string @namespace, string type, string parameter) => Fact.Unknown<string>($"no extension answers queries of '{@namespace}'");

    /// <summary>An attribute of the device, as Windows Update calls them (`OSVersion`, `OSSkuId`, …).</summary>
    Fact<string> ReadDeviceAttribute(string name) => Fact.Unknown<string>($"the device attribute '{name}' is not known");

    /// <summary>The version of an installed product release, e.g. `Client.OS.RS2.amd64`; absent when it is not installed.</summary>
    Fact<FourPartVersion> FindProductRelease(string name) => Fact.Unknown<FourPartVersion>("product releases are not known");

    /// <summary>A Windows Installer product by its code; absent when it is not installed.</summary>
    Fact<MsiProductFacts> FindMsiProduct(Guid productCode) => Fact.Unknown<MsiProductFacts>("Windows Installer products are not known");

    /// <summary>The state of a package of component based servicing by its identity; absent when it is not in the store.</summary>
    Fact<CbsPackageState> FindCbsPackage(string identity) => Fact.Unknown<CbsPackageState>("servicing packages are not known");

    /// <summary>Devices with their ids and drivers.</summary>
    Fact<DeviceTable> Devices => Fact.Unknown<DeviceTable>("devices are not known");
}
