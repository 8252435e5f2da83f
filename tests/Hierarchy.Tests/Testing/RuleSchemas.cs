using System.Xml.Linq;

namespace Hierarchy.Tests.Testing;

/// <summary>
/// The published rule schemas as far as they can be applied alone: which rules there are, which attributes each takes and which it must have. The schemas import
/// base types that are not published with them, so attribute values are not checked.
/// </summary>
internal sealed class RuleSchemas
{
    private static readonly XNamespace Xsd = "http://www.w3.org/2001/XMLSchema";

    // The groups of the base types, as the published rules use them.
    private static readonly Dictionary<string, (string Name, bool Required)[]> Groups = new()
    {
        ["bt:RegistryKeyAttributes"] = [("Key", true), ("Subkey", true), ("RegType32", false)],
        ["bt:RegistryValueAttributes"] = [("Key", true), ("Subkey", true), ("RegType32", false), ("Value", true)],
    };

    private readonly Dictionary<XName, Dictionary<string, bool>> _rules = [];

    public RuleSchemas()
    {
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Fixture(Path.Combine("schemas", "metadata")), "*.xsd"))
        {
            var schema = XDocument.Load(file).Root!;
            XNamespace target = schema.Attribute("targetNamespace")!.Value;
            var types = schema.Elements(Xsd + "complexType").ToDictionary(type => type.Attribute("name")!.Value);
            foreach (var element in schema.Elements(Xsd + "element"))
            {
                var attributes = new Dictionary<string, bool>();
                Collect(element, types, attributes);
                if (element.Attribute("type")?.Value is { } type)
                    Collect(types[type[(type.IndexOf(':', StringComparison.Ordinal) + 1)..]], types, attributes);
                _rules[target + element.Attribute("name")!.Value] = attributes;
            }
        }
    }

    /// <summary>What is wrong with a rule; null for one that its schema allows, or that no published schema covers.</summary>
    public string? Problem(XElement rule)
    {
        if (!_rules.Keys.Any(name => name.Namespace == rule.Name.Namespace) || (rule.Parent is { } parent && _rules.ContainsKey(parent.Name) && !_rules.ContainsKey(rule.Name)))
            return null;
        if (!_rules.TryGetValue(rule.Name, out var attributes))
            return $"no rule {rule.Name}";
        var given = rule.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).Select(attribute => attribute.Name.LocalName).ToHashSet();
        if (given.Except(attributes.Keys).FirstOrDefault() is { } unknown)
            return $"{rule.Name.LocalName} takes no {unknown}";
        return attributes.FirstOrDefault(attribute => attribute.Value && !given.Contains(attribute.Key)).Key is { } missing ? $"{rule.Name.LocalName} lacks {missing}" : null;
    }

    private static void Collect(XElement from, Dictionary<string, XElement> types, Dictionary<string, bool> attributes)
    {
        // Attributes of inner elements are theirs alone.
        foreach (var part in from.Elements())
        {
            if (part.Name == Xsd + "attribute")
                attributes[part.Attribute("name")!.Value] = part.Attribute("use")?.Value == "required";
            else if (part.Name == Xsd + "attributeGroup")
                foreach (var (name, required) in Groups[part.Attribute("ref")!.Value])
                    attributes[name] = required;
            else if (part.Name == Xsd + "extension" && part.Attribute("base")!.Value.StartsWith("bar:", StringComparison.Ordinal))
                Collect(types[part.Attribute("base")!.Value[4..]], types, attributes);
            if (part.Name == Xsd + "complexType" || part.Name == Xsd + "complexContent" || part.Name == Xsd + "extension")
                Collect(part, types, attributes);
        }
    }
}
