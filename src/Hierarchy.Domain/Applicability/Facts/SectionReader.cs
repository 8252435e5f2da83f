using System.Globalization;
using Hierarchy.Domain.Applicability.Rules;

namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>Reads the sections of a facts document. What is wrong is put on the document's list, and reading goes on with the next member.</summary>
internal static class SectionReader
{
    private const string Sections = "os, registry, files, root, csidl, environment, systemMetrics, cluster, clusterResources, licenses, wmi, installedOnce, generic, "
        + "deviceAttributes, productReleases, msi, cbs, devices, office, users";

    internal static FactSet Read(FactsElement root)
    {
        var facts = FactSet.Empty;
        foreach (var section in root.Members()) facts = Read(facts, section);
        return facts;
    }

    private static FactSet Read(FactSet facts, FactsElement section)
    {
        switch (section.Name)
        {
            case "os": return facts with { System = SystemReader.Read(section) };
            case "registry": return facts with { Registry = RegistryReader.Read(section) };
            case "files": return facts with { Files = Map<string, FileFacts>(section, StringComparer.OrdinalIgnoreCase, FilePath, ReadFile) };
            case "root": return facts with { Root = section.Text() };
            case "csidl": return facts with { Folders = Map<int, string>(section, EqualityComparer<int>.Default, Index, value => value.Text()) };
            case "environment": return facts with { Environment = Map<string, string>(section, StringComparer.OrdinalIgnoreCase, Name, value => value.Text()) };
            case "systemMetrics": return facts with { Metrics = Map<int, int>(section, EqualityComparer<int>.Default, Index, value => (int?)value.Number(int.MinValue, int.MaxValue)) };
            case "cluster": return facts with { Clustered = section.Flag() };
            case "clusterResources": return facts with { ClusterResources = Texts(section).ToHashSet(StringComparer.OrdinalIgnoreCase) };
            case "licenses": return facts with { Licenses = Map<string, uint>(section, StringComparer.OrdinalIgnoreCase, Name, value => (uint?)value.Number(0, uint.MaxValue)) };
            case "wmi": return facts with { WmiQueries = ReadQueries(section) };
            case "installedOnce": return facts with { History = Ids(section).ToHashSet() };
            case "generic": return facts with { Generic = Map<string, string>(section, StringComparer.Ordinal, GenericName, value => value.Text()) };
            case "deviceAttributes": return facts with { DeviceAttributes = Map<string, string>(section, StringComparer.OrdinalIgnoreCase, Name, value => value.Text()) };
            case "productReleases": return facts with { Products = Map<string, FourPartVersion>(section, StringComparer.OrdinalIgnoreCase, Name, value => value.Version()) };
            case "msi": return facts with { MsiProducts = Map<Guid, MsiProductFacts>(section, EqualityComparer<Guid>.Default, Id, MsiReader.Read) };
            case "cbs": return facts with { CbsPackages = Map<string, CbsPackageState>(section, StringComparer.OrdinalIgnoreCase, Name, ReadPackage) };
            case "devices": return facts with { DeviceList = new DeviceTable([.. section.Items().Select(ReadDevice).OfType<DeviceFacts>()]) };
            case "office": return facts with { Office = OfficeReader.ReadInstallations(section) };
            case "users": return facts with { Users = OfficeReader.ReadUsers(section) };
            default:
                section.Refuse($"there is no such section; there are {Sections}");
                return facts;
        }
    }

    internal static IEnumerable<string> Texts(FactsElement list) => list.Items().Select(item => item.Text()).OfType<string>();

    internal static IEnumerable<Guid> Ids(FactsElement list) => list.Items().Select(item => item.Id()).OfType<Guid>();

    internal static object? Id(FactsElement member)
    {
        if (Guid.TryParse(member.Name, out var id)) return id;
        member.Refuse("the name is not a GUID");
        return null;
    }

    internal static Dictionary<string, FourPartVersion> Versions(FactsElement map)
        => Map<string, FourPartVersion>(map, StringComparer.Ordinal, Name, value => value.Version());

    private static object Name(FactsElement member) => member.Name;

    private static object? Index(FactsElement member)
    {
        if (int.TryParse(member.Name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)) return index;
        member.Refuse("the name is not a number");
        return null;
    }

    private static object? FilePath(FactsElement member)
    {
        if (FileReference.Canonicalize(member.Name) is { Length: > 0 } path) return path;
        member.Refuse("the name is not the path of a file");
        return null;
    }

    private static object? GenericName(FactsElement member)
    {
        if (member.Name.Count('/') >= 2) return member.Name;
        member.Refuse("the name is not NAMESPACE/TYPE/PARAMETER");
        return null;
    }

    private static FileFacts ReadFile(FactsElement element)
    {
        var file = new FileFacts();
        foreach (var member in element.Members())
        {
            switch (member.Name)
            {
                case "version": file = file with { Version = member.Version() }; break;
                case "size": file = file with { Size = member.Number(0, long.MaxValue) }; break;
                case "created": file = file with { Created = member.Instant() }; break;
                case "modified": file = file with { Modified = member.Instant() }; break;
                case "language": file = file with { Language = (int?)member.Number(0, ushort.MaxValue) }; break;
                default: member.RefuseName("version, size, created, modified, language"); break;
            }
        }

        return file;
    }

    // A query alone is one of root\cimv2; others stand below the name of their namespace.
    private static Dictionary<string, bool> ReadQueries(FactsElement section)
    {
        var queries = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in section.Members())
        {
            if (!member.IsObject) Add(FactSet.DefaultWmiNamespace, member);
            else
                foreach (var query in member.Members()) Add(member.Name, query);
        }

        return queries;

        void Add(string @namespace, FactsElement query)
        {
            if (query.Flag() is { } has && !queries.TryAdd(FactSet.WmiKey(@namespace, query.Name), has)) query.Refuse("it is named twice");
        }
    }

    private static object? ReadPackage(FactsElement element)
    {
        if (element.Text() is not { } text) return null;
        foreach (var state in Enum.GetValues<CbsPackageState>())
            if (string.Equals(text, state.ToString(), StringComparison.OrdinalIgnoreCase)) return state;
        element.Refuse($"'{text}' is not one of {string.Join(", ", Enum.GetNames<CbsPackageState>())}");
        return null;
    }

    private static DeviceFacts? ReadDevice(FactsElement element)
    {
        DriverFacts? driver = null;
        string[] ids = [];
        foreach (var member in element.Members())
        {
            switch (member.Name)
            {
                case "hardwareIds": ids = [.. Texts(member)]; break;
                case "driver": driver = member.IsNull ? null : ReadDriver(member); break;
                default: member.RefuseName("hardwareIds, driver"); break;
            }
        }

        if (ids.Length > 0) return new DeviceFacts { HardwareIds = ids, Driver = driver };
        element.Refuse("a device has at least one of hardwareIds");
        return null;
    }

    private static DriverFacts? ReadDriver(FactsElement element)
    {
        foreach (var member in element.Members())
            if (member.Name is not ("hardwareId" or "provider" or "date" or "version")) member.RefuseName("hardwareId, provider, date, version");
        var id = element.Required("hardwareId")?.Text();
        var provider = element.Required("provider")?.Text();
        var date = element.Required("date")?.Date();
        var version = element.Required("version")?.Version();
        return id is null || provider is null || date is null || version is null ? null : new DriverFacts(id, provider, date.Value, version.Value);
    }

    // Readers that answer null have said what is wrong.
    private static Dictionary<TKey, T> Map<TKey, T>(
        FactsElement section, IEqualityComparer<TKey> comparer, Func<FactsElement, object?> readKey, Func<FactsElement, object?> read)
        where TKey : notnull
    {
        var map = new Dictionary<TKey, T>(comparer);
        foreach (var member in section.Members())
            if (readKey(member) is TKey key && read(member) is T value && !map.TryAdd(key, value)) member.Refuse("it is named twice, in another spelling");
        return map;
    }
}
