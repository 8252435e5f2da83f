using System.Globalization;
using System.Text.Json;
using Hierarchy.Domain.Applicability.Rules;

namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>
/// Reads a facts document (JSON; comments and trailing commas are allowed). Every section may be left out, and is then unknown; a section that is there is complete.
/// <code>
/// {
///   "os": { "platform": "Windows", "major": 10, "minor": 0, "build": 26100, "servicePackMajor": 0, "servicePackMinor": 0, "productType": 1, "suiteMask": 256,
///           "architecture": "x64", "processorLevel": 6, "processorRevision": 1, "processors": 8, "language": "en-US", "muiLanguages": [] },
///   "registry": { "HKLM\\SOFTWARE\\X": { "Value": { "type": "REG_SZ", "data": "text" }, "Short": "text", "Number": 1 }, "HKLM\\SOFTWARE\\Empty": {} },
///   "files": { "C:\\Windows\\notepad.exe": { "version": "10.0.26100.1", "size": 1, "created": "2026-01-01T00:00:00Z", "modified": "…", "language": 1033 } },
///   "root": "DIR",                       // files are looked for here too: C:\A\b.txt is DIR/C/A/b.txt
///   "csidl": { "36": "C:\\Windows" },    // replaces single ones of the usual folders
///   "environment": { "SystemRoot": "C:\\Windows" },
///   "systemMetrics": { "86": 0 }, "cluster": false, "clusterResources": ["Disk X"],
///   "licenses": { "NAME": 1 }, "wmi": { "SELECT …": true }, "installedOnce": ["GUID"],
///   "generic": { "NAMESPACE/TYPE/PARAMETER": "value" }, "deviceAttributes": { "OSSkuId": "48" }, "productReleases": { "Client.OS.rs2.amd64": "10.0.26100.1" },
///   "msi": { "{PRODUCT}": { "version": "1.0", "language": 1033, "upgradeCode": "{…}", "features": ["Main"], "components": ["{…}"],
///                           "patches": { "{PATCH}": { "FAMILY": "1.0.0.1" } } } },
///   "cbs": { "name~token~arch~lang~version": "Installed" },   // Installed, Installable, NotApplicable, Superseded, Other
///   "devices": [ { "hardwareIds": ["PCI\\VEN_8086"], "driver": { "hardwareId": "…", "provider": "…", "date": "2026-01-01", "version": "1.0.0.0" } } ]
/// }
/// </code>
/// </summary>
public static class FactSetReader
{
    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };

    /// <summary>Reads the document. A section or a value that is not understood is an error, since a misspelt fact would otherwise quietly decide.</summary>
    /// <exception cref="IntegrityException">It is not such a document; the message says where.</exception>
    public static FactSet Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return ReadRoot(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            throw new IntegrityException($"The facts cannot be read: {exception.Message} Correct the file.", exception);
        }
    }

    private static FactSet ReadRoot(JsonElement root)
    {
        var facts = FactSet.Empty;
        foreach (var section in root.EnumerateObject())
        {
            try
            {
                facts = ReadSection(facts, section.Name, section.Value);
            }
            catch (Exception exception) when (exception is FormatException or InvalidOperationException or OverflowException)
            {
                throw new FormatException($"Section '{section.Name}': {exception.Message}", exception);
            }
        }

        return facts;
    }

    private static FactSet ReadSection(FactSet facts, string name, JsonElement value) => name switch
    {
        "os" => facts with { System = ReadSystem(value) },
        "registry" => facts with { Registry = ReadRegistry(value) },
        "files" => facts with { Files = Map(value, path => FileReference.Canonicalize(path) ?? path, ReadFile, StringComparer.OrdinalIgnoreCase) },
        "root" => facts with { Root = value.GetString() },
        "csidl" => facts with { Folders = ReadFolders(facts.Folders, value) },
        "environment" => facts with { Environment = Map(value, key => key, Text, StringComparer.OrdinalIgnoreCase) },
        "systemMetrics" => facts with { Metrics = Map(value, Int32, element => element.GetInt32(), EqualityComparer<int>.Default) },
        "cluster" => facts with { Clustered = value.GetBoolean() },
        "clusterResources" => facts with { ClusterResources = List(value, Text).ToHashSet(StringComparer.OrdinalIgnoreCase) },
        "licenses" => facts with { Licenses = Map(value, key => key, element => element.GetUInt32(), StringComparer.OrdinalIgnoreCase) },
        "wmi" => facts with { WmiQueries = Map(value, key => key, element => element.GetBoolean(), StringComparer.OrdinalIgnoreCase) },
        "installedOnce" => facts with { History = List(value, element => Guid.Parse(Text(element))).ToHashSet() },
        "generic" => facts with { Generic = Map(value, key => key, Text, StringComparer.Ordinal) },
        "deviceAttributes" => facts with { DeviceAttributes = Map(value, key => key, Text, StringComparer.OrdinalIgnoreCase) },
        "productReleases" => facts with { Products = Map(value, key => key, Version, StringComparer.OrdinalIgnoreCase) },
        "msi" => facts with { MsiProducts = Map(value, key => Guid.Parse(key), ReadProduct, EqualityComparer<Guid>.Default) },
        "cbs" => facts with { CbsPackages = Map(value, key => key, element => Enum.Parse<CbsPackageState>(Text(element), ignoreCase: true), StringComparer.OrdinalIgnoreCase) },
        "devices" => facts with { DeviceList = List(value, ReadDevice) },
        _ => throw new FormatException("there is no such section."),
    };

    private static OperatingSystemFacts ReadSystem(JsonElement element)
    {
        var system = new OperatingSystemFacts { Major = element.GetProperty("major").GetUInt32() };
        foreach (var property in element.EnumerateObject())
        {
            var value = property.Value;
            system = property.Name switch
            {
                "major" => system,
                "minor" => system with { Minor = value.GetUInt32() },
                "build" => system with { Build = value.GetUInt32() },
                "servicePackMajor" => system with { ServicePackMajor = value.GetUInt32() },
                "servicePackMinor" => system with { ServicePackMinor = value.GetUInt32() },
                "productType" => system with { ProductType = value.GetUInt32() },
                "suiteMask" => system with { SuiteMask = value.GetUInt32() },
                "platform" => system with { Platform = Text(value) },
                "architecture" => system with { Architecture = ReadArchitecture(value) },
                "processorLevel" => system with { ProcessorLevel = value.GetInt32() },
                "processorRevision" => system with { ProcessorRevision = value.GetInt32() },
                "processors" => system with { ProcessorCount = value.GetInt32() },
                "language" => system with { Language = Text(value) },
                "muiLanguages" => system with { MuiLanguages = List(value, Text) },
                _ => throw new FormatException($"'{property.Name}' is not known."),
            };
        }

        return system;
    }

    private static int ReadArchitecture(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number) return value.GetInt32();
        return Text(value).ToUpperInvariant() switch
        {
            "X86" => 0,
            "ARM" => 5,
            "IA64" => 6,
            "X64" or "AMD64" => OperatingSystemFacts.X64,
            "ARM64" => 12,
            var other => throw new FormatException($"the architecture '{other}' is not known."),
        };
    }

    private static RegistryFacts ReadRegistry(JsonElement element)
    {
        var registry = new RegistryFacts();
        foreach (var key in element.EnumerateObject())
        {
            var separator = key.Name.IndexOf('\\', StringComparison.Ordinal);
            var hive = separator < 0 ? key.Name : key.Name[..separator];
            var path = new RegistryPath(hive, separator < 0 ? "" : key.Name[separator..], is32Bit: false);
            registry.AddKey(path.FullName);
            foreach (var value in key.Value.EnumerateObject()) registry.AddValue(path.FullName, value.Name, ReadValue(value.Value));
        }

        return registry;
    }

    private static RegistryValue ReadValue(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) return new RegistryValue(RegistryValue.StringType, value.GetString(), 0);
        if (value.ValueKind == JsonValueKind.Number) return new RegistryValue(RegistryValue.DWordType, Text: null, value.GetUInt32());
        var type = Text(value.GetProperty("type")).ToUpperInvariant();
        value.TryGetProperty("data", out var data);
        return type switch
        {
            RegistryValue.StringType or RegistryValue.ExpandStringType => new RegistryValue(type, Text(data), 0),
            "REG_MULTI_SZ" => new RegistryValue(type, string.Join('\n', List(data, Text)), 0),
            RegistryValue.DWordType => new RegistryValue(type, Text: null, data.GetUInt32()),
            "REG_QWORD" => new RegistryValue(type, Text: null, data.GetUInt64()),
            "REG_BINARY" or "REG_NONE" => new RegistryValue(type, Text: null, 0),
            _ => throw new FormatException($"the registry type '{type}' is not known."),
        };
    }

    private static FileFacts ReadFile(JsonElement element)
    {
        var file = new FileFacts();
        foreach (var property in element.EnumerateObject())
        {
            var value = property.Value;
            file = property.Name switch
            {
                "version" => file with { Version = Version(value) },
                "size" => file with { Size = value.GetInt64() },
                "created" => file with { Created = value.GetDateTimeOffset() },
                "modified" => file with { Modified = value.GetDateTimeOffset() },
                "language" => file with { Language = value.GetInt32() },
                _ => throw new FormatException($"'{property.Name}' is not known."),
            };
        }

        return file;
    }

    private static Dictionary<int, string> ReadFolders(IReadOnlyDictionary<int, string> usual, JsonElement element)
    {
        var folders = new Dictionary<int, string>(usual);
        foreach (var folder in element.EnumerateObject()) folders[Int32(folder.Name)] = Text(folder.Value);
        return folders;
    }

    private static MsiProductFacts ReadProduct(JsonElement element)
    {
        var product = new MsiProductFacts();
        foreach (var property in element.EnumerateObject())
        {
            var value = property.Value;
            product = property.Name switch
            {
                "version" => product with { Version = Version(value) },
                "language" => product with { Language = value.GetInt32() },
                "upgradeCode" => product with { UpgradeCode = Guid.Parse(Text(value)) },
                "features" => product with { Features = List(value, Text).ToHashSet(StringComparer.Ordinal) },
                "components" => product with { Components = List(value, part => Guid.Parse(Text(part))).ToHashSet() },
                "patches" => product with { Patches = [.. value.EnumerateObject().Select(patch => new MsiPatchFacts(Guid.Parse(patch.Name), ReadFamilies(patch.Value)))] },
                _ => throw new FormatException($"'{property.Name}' is not known."),
            };
        }

        return product;
    }

    private static Dictionary<string, FourPartVersion>? ReadFamilies(JsonElement element)
        => element.ValueKind == JsonValueKind.Null ? null : Map(element, key => key, Version, StringComparer.Ordinal);

    private static DeviceFacts ReadDevice(JsonElement element)
    {
        var device = new DeviceFacts { HardwareIds = List(element.GetProperty("hardwareIds"), Text) };
        if (device.HardwareIds.Count == 0) throw new FormatException("a device has no hardware id.");
        if (!element.TryGetProperty("driver", out var driver) || driver.ValueKind == JsonValueKind.Null) return device;
        return device with
        {
            Driver = new DriverFacts(
                Text(driver.GetProperty("hardwareId")), Text(driver.GetProperty("provider")),
                DateOnly.Parse(Text(driver.GetProperty("date")), CultureInfo.InvariantCulture), Version(driver.GetProperty("version"))),
        };
    }

    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("a text is null.");

    private static int Int32(string text) => int.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture);

    private static FourPartVersion Version(JsonElement element)
        => FourPartVersion.TryParse(Text(element), out var version) ? version : throw new FormatException($"'{element.GetString()}' is not a version.");

    private static List<T> List<T>(JsonElement element, Func<JsonElement, T> read) => [.. element.EnumerateArray().Select(read)];

    private static Dictionary<TKey, T> Map<TKey, T>(JsonElement element, Func<string, TKey> readKey, Func<JsonElement, T> read, IEqualityComparer<TKey> comparer)
        where TKey : notnull
    {
        var map = new Dictionary<TKey, T>(comparer);
        foreach (var property in element.EnumerateObject()) map[readKey(property.Name)] = read(property.Value);
        return map;
    }
}
