using System.Text;
using System.Xml;
using System.Xml.Linq;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Policies;

/// <summary>
/// Writes settings as an administrative template for Group Policy: an .admx with one policy for computers (and one for users where there is something for them) that, enabled, writes every value and, disabled,
/// deletes it, and its .adml with English texts. A template of our own: Windows' WindowsUpdate.admx has the same values in a dozen policies, each to be filled in by hand; what is set in both is contradictory.
/// </summary>
internal static class PolicyTemplateWriter
{
    /// <summary>No text of a template's value list is longer.</summary>
    public const int MaxText = 255;

    private static readonly XNamespace Namespace = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions";

    /// <summary>The .admx.</summary>
    /// <param name="name">Of letters, digits and underscores; part of the template's namespace.</param>
    /// <param name="settings">What it writes.</param>
    public static byte[] Definitions(string name, IReadOnlyList<RegistrySetting> settings) => Bytes(new XElement(
        Namespace + "policyDefinitions", new XAttribute("revision", "1.0"), new XAttribute("schemaVersion", "1.0"),
        Element("policyNamespaces", Element("target", new XAttribute("prefix", "hierarchy"), new XAttribute("namespace", $"Hierarchy.Policies.{name}"))),
        Element("resources", new XAttribute("minRequiredRevision", "1.0")),
        Element("supportedOn", Element("definitions", Element("definition", new XAttribute("name", "SUPPORTED_AutomaticUpdates"), String("displayName", "SupportedOn")))),
        Element("categories", Element("category", new XAttribute("name", "Hierarchy"), String("displayName", "Category"))),
        Element("policies", Policies(settings).Select(policy => Element(
            "policy", new XAttribute("name", policy.Name), new XAttribute("class", policy.Class), String("displayName", policy.Name), String("explainText", policy.Name + "_Explain"), new XAttribute("key", policy.Settings[0].Key),
            Element("parentCategory", new XAttribute("ref", "Hierarchy")),
            Element("supportedOn", new XAttribute("ref", "SUPPORTED_AutomaticUpdates")),
            Element("enabledList", policy.Settings.Select(setting => Item(setting, setting.ValueCase == RegistrySetting.ValueOneofCase.Text
                ? Element("string", setting.Text)
                : Element("decimal", new XAttribute("value", setting.Number))))),
            Element("disabledList", policy.Settings.Select(setting => Item(setting, Element("delete")))))))));

    /// <summary>The .adml, in English.</summary>
    public static byte[] Resources(string group, IReadOnlyList<RegistrySetting> settings, IEnumerable<string> notes)
    {
        var strings = new List<XElement>
        {
            Text("Category", $"Hierarchy: updates of {group}"),
            Text("SupportedOn", "At least Windows 7 or Windows Server 2008 R2; older ones pass over what they do not know"),
        };
        foreach (var policy in Policies(settings))
        {
            strings.Add(Text(policy.Name, policy.Class == "Machine" ? $"Updates of computers in {group}" : $"Updates by users on computers in {group}"));
            strings.Add(Text(
                policy.Name + "_Explain",
                $"""
                What was decided in Hierarchy for the group {group}, as it was when this file was exported. Export again when that changes.

                Enabled: writes the values below. Disabled: deletes them. Set none of the policies of "Windows Components\Windows Update" that write the same values: which of the two counts would depend on the order of the templates.

                {string.Join('\n', policy.Settings.Select(setting => $"{setting.Key}: {setting.Name} = {(setting.ValueCase == RegistrySetting.ValueOneofCase.Text ? setting.Text : setting.Number)}"))}

                {string.Join('\n', notes)}
                """.TrimEnd()));
        }

        return Bytes(new XElement(
            Namespace + "policyDefinitionResources", new XAttribute("revision", "1.0"), new XAttribute("schemaVersion", "1.0"),
            Element("displayName", $"Hierarchy: updates of {group}"), Element("description", $"What was decided in Hierarchy for the group {group}."), Element("resources", Element("stringTable", strings))));
    }

    private static IEnumerable<(string Name, string Class, RegistrySetting[] Settings)> Policies(IReadOnlyList<RegistrySetting> settings) =>
        new (string Name, string Class, RegistrySetting[] Settings)[] { ("Computers", "Machine", [.. settings.Where(setting => !setting.OfUser)]), ("Users", "User", [.. settings.Where(setting => setting.OfUser)]) }
            .Where(policy => policy.Settings.Length > 0);

    private static XElement Item(RegistrySetting setting, XElement value) => Element("item", new XAttribute("key", setting.Key), new XAttribute("valueName", setting.Name), Element("value", value));

    private static XAttribute String(string attribute, string id) => new(attribute, $"$(string.{id})");

    private static XElement Text(string id, string value) => Element("string", new XAttribute("id", id), value);

    private static XElement Element(string name, params object[] content) => new(Namespace + name, content);

    private static byte[] Bytes(XElement root)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true, NewLineChars = "\r\n", NewLineHandling = NewLineHandling.Replace }))
            new XDocument(root).Save(writer);
        return stream.ToArray();
    }
}
