using System.Globalization;
using System.Xml;

namespace Hierarchy.Testing.Generation;

/// <summary>Applicability rules as documents write them, each with its prefix and namespace.</summary>
internal static class Rules
{
    public static Action<XmlWriter> True { get; } = xml => Element(xml, "lar", Names.Logical, "True");

    public static Action<XmlWriter> And(params IEnumerable<Action<XmlWriter>> rules) => Combine("And", rules);

    public static Action<XmlWriter> Or(params IEnumerable<Action<XmlWriter>> rules) => Combine("Or", rules);

    public static Action<XmlWriter> Not(Action<XmlWriter> rule) => Combine("Not", [rule]);

    public static Action<XmlWriter> WindowsVersionAtLeast(int major, int minor, int? build = null) => Base(
        "WindowsVersion",
        [("Comparison", "GreaterThanOrEqualTo"), ("MajorVersion", Text(major)), ("MinorVersion", Text(minor)), ("BuildNumber", build is { } b ? Text(b) : null)]);

    public static Action<XmlWriter> Processor(int architecture) => Base("Processor", [("Architecture", Text(architecture))]);

    public static Action<XmlWriter> FileExists(string path, int? csidl = null) => Base("FileExists", [("Csidl", csidl is { } c ? Text(c) : null), ("Path", path)]);

    public static Action<XmlWriter> FileVersion(string path, string comparison, string version, int? csidl = null) => Base(
        "FileVersion", [("Csidl", csidl is { } c ? Text(c) : null), ("Path", path), ("Comparison", comparison), ("Version", version)]);

    public static Action<XmlWriter> RegKeyExists(string subkey) => Base("RegKeyExists", [("Key", "HKEY_LOCAL_MACHINE"), ("Subkey", subkey)]);

    public static Action<XmlWriter> RegDword(string subkey, string value, string comparison, long data) => Base(
        "RegDword", [("Key", "HKEY_LOCAL_MACHINE"), ("Subkey", subkey), ("Value", value), ("Comparison", comparison), ("Data", Text(data))]);

    public static Action<XmlWriter> RegSz(string subkey, string value, string comparison, string data) => Base(
        "RegSz", [("Key", "HKEY_LOCAL_MACHINE"), ("Subkey", subkey), ("Value", value), ("Comparison", comparison), ("Data", data)]);

    public static Action<XmlWriter> FileVersionUnderRegistry(string path, string comparison, string version, string subkey, string value) => Base(
        "FileVersionPrependRegSz",
        [("Path", path), ("Comparison", comparison), ("Version", version), ("Key", "HKEY_LOCAL_MACHINE"), ("Subkey", subkey), ("Value", value)]);

    public static Action<XmlWriter> WindowsLanguage(string language) => Base("WindowsLanguage", [("Language", language)]);

    public static Action<XmlWriter> WmiQuery(string query) => Base("WmiQuery", [("Namespace", "root\\cimv2"), ("WqlQuery", query)]);

    public static Action<XmlWriter> MsiProductInstalled(Guid product, string versionMin, int language) => xml =>
    {
        xml.WriteStartElement("mar", "MsiProductInstalled", Names.Msi);
        xml.WriteAttributeString("ProductCode", product.ToString("B"));
        xml.WriteAttributeString("VersionMin", versionMin);
        xml.WriteAttributeString("Language", Text(language));
        xml.WriteEndElement();
    };

    public static Action<XmlWriter> Plain(string prefix, string ns, string name) => xml => Element(xml, prefix, ns, name);

    private static Action<XmlWriter> Base(string name, (string Name, string? Value)[] attributes) => xml =>
    {
        xml.WriteStartElement("bar", name, Names.Base);
        foreach (var (attribute, value) in attributes)
        {
            if (value is not null)
                xml.WriteAttributeString(attribute, value);
        }

        xml.WriteEndElement();
    };

    private static Action<XmlWriter> Combine(string name, IEnumerable<Action<XmlWriter>> rules) => xml =>
    {
        xml.WriteStartElement("lar", name, Names.Logical);
        foreach (var rule in rules)
            rule(xml);
        xml.WriteEndElement();
    };

    private static void Element(XmlWriter xml, string prefix, string ns, string name)
    {
        xml.WriteStartElement(prefix, name, ns);
        xml.WriteEndElement();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
