using Hierarchy.Domain.Office;

namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>
/// A computer that was written down (see <see cref="FactSetReader"/>): for computers other than Windows, and for tests. A section that is there is complete: what it
/// does not name does not exist. A section that is not there is unknown.
/// </summary>
public sealed record FactSet : IFacts
{
    /// <summary>Where a WMI rule looks that names no namespace.</summary>
    internal const string DefaultWmiNamespace = @"root\cimv2";

    // Folders of an ordinary Windows that all users share, by CSIDL. Those of users are not there: which user is meant is not known.
    private static readonly Dictionary<int, string> UsualFolders = new()
    {
        [20] = @"C:\Windows\Fonts",
        [22] = @"C:\ProgramData\Microsoft\Windows\Start Menu",
        [23] = @"C:\ProgramData\Microsoft\Windows\Start Menu\Programs",
        [24] = @"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\Startup",
        [25] = @"C:\Users\Public\Desktop",
        [35] = @"C:\ProgramData",
        [36] = @"C:\Windows",
        [37] = @"C:\Windows\System32",
        [38] = @"C:\Program Files",
        [41] = @"C:\Windows\SysWOW64",
        [42] = @"C:\Program Files (x86)",
        [43] = @"C:\Program Files\Common Files",
        [44] = @"C:\Program Files (x86)\Common Files",
        [45] = @"C:\ProgramData\Microsoft\Windows\Templates",
        [46] = @"C:\Users\Public\Documents",
        [47] = @"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\Administrative Tools",
        [56] = @"C:\Windows\Resources",
    };

    // What a 32-bit Windows says where it has one folder instead of two.
    private static readonly Dictionary<int, int> OnlyFolder = new() { [41] = 37, [42] = 38, [44] = 43 };

    /// <summary>Nothing known.</summary>
    public static FactSet Empty { get; } = new();

    /// <summary>The folder on disk in which files are looked for too, as the document writes it; null when there is none.</summary>
    public string? Root { get; init; }

    /// <summary>Looks for a file that the document does not name; null when nothing but the document counts. Returns null for a file that is not there.</summary>
    public Func<string, FileFacts?>? FindOnDisk { get; init; }

    internal OperatingSystemFacts? System { get; init; }

    internal RegistryFacts? Registry { get; init; }

    internal IReadOnlyDictionary<string, FileFacts>? Files { get; init; }

    internal IReadOnlyDictionary<int, string>? Folders { get; init; }

    internal IReadOnlyDictionary<string, string>? Environment { get; init; }

    internal IReadOnlyDictionary<int, int>? Metrics { get; init; }

    internal bool? Clustered { get; init; }

    internal IReadOnlySet<string>? ClusterResources { get; init; }

    internal IReadOnlyDictionary<string, uint>? Licenses { get; init; }

    internal IReadOnlyDictionary<string, bool>? WmiQueries { get; init; }

    internal IReadOnlySet<Guid>? History { get; init; }

    internal IReadOnlyDictionary<string, string>? Generic { get; init; }

    internal IReadOnlyDictionary<string, string>? DeviceAttributes { get; init; }

    internal IReadOnlyDictionary<string, FourPartVersion>? Products { get; init; }

    internal IReadOnlyDictionary<Guid, MsiProductFacts>? MsiProducts { get; init; }

    internal IReadOnlyDictionary<string, CbsPackageState>? CbsPackages { get; init; }

    internal DeviceTable? DeviceList { get; init; }

    internal OfficeReport? Office { get; init; }

    internal IReadOnlyList<OfficeUser>? Users { get; init; }

    /// <inheritdoc/>
    public Fact<OperatingSystemFacts> OperatingSystem => System is null ? Unknown<OperatingSystemFacts>("os") : Fact.Known(System);

    /// <inheritdoc/>
    public Fact<bool> IsClustered => Clustered is { } value ? Fact.Known(value) : Unknown<bool>("cluster");

    /// <inheritdoc/>
    public Fact<DeviceTable> Devices => DeviceList is null ? Unknown<DeviceTable>("devices") : Fact.Known(DeviceList);

    /// <summary>Office on the computer, as the document names it, or else as its registry says; not known where it has neither.</summary>
    public OfficeReport ReadOffice() => Office ?? OfficeRegistry.Read(this, static _ => null);

    /// <summary>Users of the computer, as the document names them, or else as its registry says.</summary>
    public IReadOnlyList<OfficeUser> ReadUsers() => Users ?? OfficeRegistry.ReadUsers(this);

    /// <summary>With updates that were installed before, besides those that the document names (InstalledOnce).</summary>
    public FactSet WithInstalled(IEnumerable<Guid> updateIds) => this with { History = (History ?? Enumerable.Empty<Guid>()).Concat(updateIds).ToHashSet() };

    /// <inheritdoc/>
    public Fact<bool> KeyExists(RegistryPath key) => Registry is null ? Unknown<bool>("registry") : Fact.Known(Registry.Contains(Name(key)));

    /// <inheritdoc/>
    public Fact<RegistryValue> ReadValue(RegistryPath key, string name)
        => Registry is null ? Unknown<RegistryValue>("registry") : KnownOrAbsent(Registry.Find(Name(key), name));

    /// <inheritdoc/>
    public Fact<IReadOnlyList<string>> ListSubkeys(RegistryPath key)
        => Registry is null ? Unknown<IReadOnlyList<string>>("registry") : KnownOrAbsent(Registry.Subkeys(Name(key)));

    /// <inheritdoc/>
    public Fact<FileFacts> FindFile(string path)
    {
        if (Files is not null && Files.TryGetValue(path, out var file)) return Fact.Known(file);
        if (FindOnDisk is not null) return KnownOrAbsent(FindOnDisk(path));
        return Files is null ? Unknown<FileFacts>("files") : Fact.Absent<FileFacts>();
    }

    /// <inheritdoc/>
    public Fact<string> FindFolder(int csidl)
    {
        // SHGetFolderPath takes flags above the number.
        csidl &= 0xFF;
        if (Folders is not null && Folders.TryGetValue(csidl, out var named)) return Fact.Known(named);
        if (System is { Is64Bit: false } && OnlyFolder.TryGetValue(csidl, out var only)) return FindFolder(only);
        return UsualFolders.TryGetValue(csidl, out var usual) ? Fact.Known(usual) : Fact.Unknown<string>($"the folder CSIDL {csidl} is not among the facts");
    }

    /// <inheritdoc/>
    public Fact<string> Expand(string text)
    {
        var start = text.IndexOf('%', StringComparison.Ordinal);
        while (start >= 0)
        {
            var end = text.IndexOf('%', start + 1);
            if (end < 0) break;
            var name = text[(start + 1)..end];
            if (Environment is null || !Environment.TryGetValue(name, out var value)) return Fact.Unknown<string>($"the environment variable {name} is not among the facts");
            text = string.Concat(text.AsSpan(0, start), value, text.AsSpan(end + 1));
            start = text.IndexOf('%', start + value.Length);
        }

        return Fact.Known(text);
    }

    /// <inheritdoc/>
    public Fact<int> ReadSystemMetric(int index)
    {
        if (Metrics is null) return Unknown<int>("systemMetrics");

        // GetSystemMetrics answers 0 for what it does not have.
        return Fact.Known(Metrics.GetValueOrDefault(index));
    }

    /// <inheritdoc/>
    public Fact<bool> OwnsClusterResource(string name) => ClusterResources is null ? Unknown<bool>("clusterResources") : Fact.Known(ClusterResources.Contains(name));

    /// <inheritdoc/>
    public Fact<uint> ReadLicense(string value) => Licenses is null ? Unknown<uint>("licenses") : KnownOrAbsentValue(Licenses, value);

    /// <inheritdoc/>
    public Fact<bool> HasWmiResults(string @namespace, string query)
        => WmiQueries is not null && WmiQueries.TryGetValue(WmiKey(@namespace, query), out var has)
            ? Fact.Known(has)
            : Fact.Unknown<bool>($"the answer of the WMI query '{query}' in {@namespace} is not among the facts");

    /// <inheritdoc/>
    public Fact<bool> WasInstalled(Guid updateId) => History is null ? Unknown<bool>("installedOnce") : Fact.Known(History.Contains(updateId));

    /// <inheritdoc/>
    public Fact<string> ReadGeneric(string @namespace, string type, string parameter)
        => Generic is null ? Unknown<string>("generic") : KnownOrAbsent(Generic.GetValueOrDefault($"{@namespace}/{type}/{parameter}"));

    /// <inheritdoc/>
    public Fact<string> ReadDeviceAttribute(string name)
        => DeviceAttributes is null ? Unknown<string>("deviceAttributes") : KnownOrAbsent(DeviceAttributes.GetValueOrDefault(name));

    /// <inheritdoc/>
    public Fact<FourPartVersion> FindProductRelease(string name)
        => Products is null ? Unknown<FourPartVersion>("productReleases") : KnownOrAbsentValue(Products, name);

    /// <inheritdoc/>
    public Fact<MsiProductFacts> FindMsiProduct(Guid productCode)
        => MsiProducts is null ? Unknown<MsiProductFacts>("msi") : KnownOrAbsent(MsiProducts.GetValueOrDefault(productCode));

    /// <inheritdoc/>
    public Fact<CbsPackageState> FindCbsPackage(string identity)
        => CbsPackages is null ? Unknown<CbsPackageState>("cbs") : KnownOrAbsentValue(CbsPackages, identity);

    internal static string WmiKey(string @namespace, string query) => $"{@namespace.Replace('/', '\\').Trim('\\')}\n{query.Trim()}";

    private string Name(RegistryPath key) => key.Is32Bit && System is not { Is64Bit: false } ? key.RedirectedName : key.FullName;

    private static Fact<T> KnownOrAbsent<T>(T? value)
        where T : class
        => value is null ? Fact.Absent<T>() : Fact.Known(value);

    private static Fact<T> KnownOrAbsentValue<TKey, T>(IReadOnlyDictionary<TKey, T> values, TKey key)
        where T : struct
        => values.TryGetValue(key, out var value) ? Fact.Known(value) : Fact.Absent<T>();

    private static Fact<T> Unknown<T>(string section) => Fact.Unknown<T>($"the facts have no section '{section}'");
}
