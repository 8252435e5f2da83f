using Hierarchy.Domain.Office;

namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>The computer as one user of it sees it: that user's registry hive and folders, and everything else as it is.</summary>
/// <param name="facts">The computer.</param>
/// <param name="user">The user, by the name of the hive below HKU.</param>
public sealed class UserFacts(IFacts facts, OfficeUser user) : IFacts
{
    // Folders of a user by CSIDL, below the profile.
    private static readonly Dictionary<int, string> Folders = new()
    {
        [5] = @"\Documents", [16] = @"\Desktop", [26] = @"\AppData\Roaming", [28] = @"\AppData\Local", [40] = "",
    };

    /// <inheritdoc/>
    public Fact<OperatingSystemFacts> OperatingSystem => facts.OperatingSystem;

    /// <inheritdoc/>
    public Fact<bool> IsClustered => facts.IsClustered;

    /// <inheritdoc/>
    public Fact<DeviceTable> Devices => facts.Devices;

    /// <inheritdoc/>
    public Fact<bool> KeyExists(RegistryPath key) => Hive(key) is { } own ? facts.KeyExists(own) : Fact.Unknown<bool>(NotLoaded);

    /// <inheritdoc/>
    public Fact<RegistryValue> ReadValue(RegistryPath key, string name) => Hive(key) is { } own ? facts.ReadValue(own, name) : Fact.Unknown<RegistryValue>(NotLoaded);

    /// <inheritdoc/>
    public Fact<IReadOnlyList<string>> ListSubkeys(RegistryPath key) => Hive(key) is { } own ? facts.ListSubkeys(own) : Fact.Unknown<IReadOnlyList<string>>(NotLoaded);

    /// <inheritdoc/>
    public Fact<FileFacts> FindFile(string path) => facts.FindFile(path);

    /// <inheritdoc/>
    public Fact<string> FindFolder(int csidl)
    {
        if (!Folders.TryGetValue(csidl & 0xFF, out var below)) return facts.FindFolder(csidl);
        return user.Profile.Length > 0 ? Fact.Known(user.Profile.TrimEnd('\\') + below) : Fact.Unknown<string>($"the profile of user {user.Name} is not known");
    }

    /// <inheritdoc/>
    public Fact<string> Expand(string text) => facts.Expand(text);

    /// <inheritdoc/>
    public Fact<int> ReadSystemMetric(int index) => facts.ReadSystemMetric(index);

    /// <inheritdoc/>
    public Fact<bool> OwnsClusterResource(string name) => facts.OwnsClusterResource(name);

    /// <inheritdoc/>
    public Fact<uint> ReadLicense(string value) => facts.ReadLicense(value);

    /// <inheritdoc/>
    public Fact<bool> HasWmiResults(string @namespace, string query) => facts.HasWmiResults(@namespace, query);

    /// <inheritdoc/>
    public Fact<bool> WasInstalled(Guid updateId) => facts.WasInstalled(updateId);

    /// <inheritdoc/>
    public Fact<string> ReadGeneric(string @namespace, string type, string parameter) => facts.ReadGeneric(@namespace, type, parameter);

    /// <inheritdoc/>
    public Fact<string> ReadDeviceAttribute(string name) => facts.ReadDeviceAttribute(name);

    /// <inheritdoc/>
    public Fact<FourPartVersion> FindProductRelease(string name) => facts.FindProductRelease(name);

    /// <inheritdoc/>
    public Fact<MsiProductFacts> FindMsiProduct(Guid productCode) => facts.FindMsiProduct(productCode);

    /// <inheritdoc/>
    public Fact<CbsPackageState> FindCbsPackage(string identity) => facts.FindCbsPackage(identity);

    private string NotLoaded => $"the registry of user {user.Name}, who is not logged on, is not loaded";

    // Null where the hive is not there to be read: that a key is missing would say nothing.
    private RegistryPath? Hive(RegistryPath key)
    {
        if (key.Hive != "HKCU") return key;
        var isThere = user.IsLoggedOn || (facts.KeyExists(new RegistryPath("HKU", user.Name, is32Bit: false)).IsKnown(out var exists) && exists);
        return isThere ? new RegistryPath("HKU", $@"{user.Name}\{key.Subkey}", key.Is32Bit) : null;
    }
}
