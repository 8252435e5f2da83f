namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>Reads the section `registry` of a facts document: keys by their full names, each with its values.</summary>
internal static class RegistryReader
{
    internal static RegistryFacts Read(FactsElement section)
    {
        var registry = new RegistryFacts();
        foreach (var key in section.Members())
        {
            var separator = key.Name.IndexOf('\\', StringComparison.Ordinal);
            var hive = separator < 0 ? key.Name : key.Name[..separator];
            if (!RegistryPath.IsHive(hive))
            {
                key.Refuse($"'{hive}' is not a hive; a key begins with HKLM, HKCU, HKCR, HKU or HKCC");
                continue;
            }

            var path = new RegistryPath(hive, separator < 0 ? "" : key.Name[separator..], is32Bit: false);
            registry.AddKey(path.FullName);
            foreach (var member in key.Members())
            {
                if (ReadValue(member) is not { } value) continue;
                if (registry.Find(path.FullName, member.Name) is null) registry.AddValue(path.FullName, member.Name, value);
                else member.Refuse("it is named twice, in another spelling");
            }
        }

        return registry;
    }

    private static RegistryValue? ReadValue(FactsElement member)
    {
        if (member.IsText) return new RegistryValue(RegistryValue.StringType, member.Text(), 0);
        if (member.IsNumber) return Number(RegistryValue.DWordType, member.Number(0, uint.MaxValue));
        if (!member.IsObject)
        {
            member.Refuse("a value is a text, a number, or an object with type and data");
            return null;
        }

        foreach (var part in member.Members())
            if (part.Name is not ("type" or "data")) part.RefuseName("type, data");
        if (member.Required("type")?.Text() is not { } text) return null;
        var type = text.ToUpperInvariant();
        switch (type)
        {
            case RegistryValue.StringType or RegistryValue.ExpandStringType:
                return member.Required("data")?.Text() is { } data ? new RegistryValue(type, data, 0) : null;
            case "REG_MULTI_SZ":
                return member.Required("data") is { } texts ? new RegistryValue(type, string.Join('\n', SectionReader.Texts(texts)), 0) : null;
            case RegistryValue.DWordType or "REG_DWORD_BIG_ENDIAN":
                return Number(type, member.Required("data")?.Number(0, uint.MaxValue));
            case "REG_QWORD":
                return member.Required("data")?.UInt64() is { } number ? new RegistryValue(type, Text: null, number) : null;
            case var _ when RegistryValue.Types.Contains(type):
                return new RegistryValue(type, Text: null, 0);
            default:
                member.Refuse($"'{text}' is not a type of the registry; there are {string.Join(", ", RegistryValue.Types)}");
                return null;
        }
    }

    private static RegistryValue? Number(string type, long? number) => number is { } known ? new RegistryValue(type, Text: null, (ulong)known) : null;
}
