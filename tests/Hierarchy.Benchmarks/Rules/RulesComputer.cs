using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace Hierarchy.Benchmarks.Rules;

/// <summary>
/// A computer as a facts file describes it, for which most of a generated catalog comes as far as its own rules: every product is there, and of the files, keys, packages, products
/// and devices that the documents name every second, in a version that is too old or is not.
/// </summary>
internal static class RulesComputer
{
    /// <summary>The facts file; a higher generation has other versions of one file in a hundred.</summary>
    internal static byte[] Describe(IEnumerable<string> documents, int generation = 0)
    {
        var registry = new SortedDictionary<string, Dictionary<string, object>>(StringComparer.OrdinalIgnoreCase);
        var files = new SortedDictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        var cbs = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var msi = new SortedDictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        var devices = new SortedDictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        var number = 0;
        foreach (var element in documents.SelectMany(text => XElement.Parse(text).Descendants()))
        {
            number++;
            var isThere = number % 2 == 0;
            switch (element.Name.LocalName)
            {
                case "RegKeyExists" when isThere || Attribute(element, "Subkey").Contains("Office", StringComparison.Ordinal):
                    Key(element);
                    break;
                case "RegDword" when isThere:
                    Key(element)[Attribute(element, "Value")] = 2;
                    break;
                case "RegSz" when isThere:
                    Key(element)[Attribute(element, "Value")] = number % 3 == 0 ? Attribute(element, "Data") : "another";
                    break;
                case "FileVersionPrependRegSz":
                    Key(element)[Attribute(element, "Value")] = @"C:\Office\";
                    if (isThere) files[@"C:\Office\" + Attribute(element, "Path")] = new { version = Version() };
                    break;
                case "FileVersion" or "FileExists" when isThere:
                    files[@"C:\Windows\" + Attribute(element, "Path")] = new { version = Version(), size = number };
                    break;
                case "assemblyIdentity" when Attribute(element, "name").StartsWith("Package_for", StringComparison.Ordinal):
                    cbs[$"{Attribute(element, "name")}~{Attribute(element, "publicKeyToken")}~amd64~~{Attribute(element, "version")}"] = isThere ? "Installed" : "Installable";
                    break;
                case "TargetProductCode" or "ProductCode" when isThere && Guid.TryParse(element.Value, out var code):
                    msi[code.ToString("B")] = new { version = "15.0.1.2", language = 1033, patches = new Dictionary<string, object>() };
                    break;
                case "WindowsDriverMetaData" when number % 20 == 0:
                    var id = Attribute(element, "HardwareID");
                    devices[id] = new { hardwareIds = (string[])[$"{id}&REV_FF", id, $"{id}&CC_01"], driver = new { hardwareId = id, provider = "Contoso", date = "2016-01-01", version = "12.0.0.0" } };
                    break;
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            os = new { major = 10, minor = 0, build = 22631, productType = 1, suiteMask = 256, architecture = "x64", processors = 8, language = "en-US" },
            registry, files, cbs, msi,
            devices = devices.Values.Take(200),
            wmi = new Dictionary<string, bool>(),
            installedOnce = Array.Empty<string>(),
            environment = new Dictionary<string, string> { ["SystemRoot"] = @"C:\Windows" },
        });

        string Version() => string.Create(CultureInfo.InvariantCulture, $"{5 + (number % 6)}.0.{(number % 100 == 0 ? 1 + generation : 1)}.{number % 500}");

        Dictionary<string, object> Key(XElement element)
        {
            var name = $@"HKLM\{Attribute(element, "Subkey")}";
            if (!registry.TryGetValue(name, out var key)) registry[name] = key = [];
            return key;
        }
    }

    private static string Attribute(XElement element, string name) => element.Attribute(name)?.Value ?? "";
}
