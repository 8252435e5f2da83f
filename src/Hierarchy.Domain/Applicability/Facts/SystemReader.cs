namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>Reads the section `os` of a facts document.</summary>
internal static class SystemReader
{
    private const string Known = "platform, major, minor, build, servicePackMajor, servicePackMinor, productType, suiteMask, architecture, processorLevel, processorRevision, "
        + "processors, language, muiLanguages";

    internal static OperatingSystemFacts Read(FactsElement element)
    {
        var system = new OperatingSystemFacts { Major = Number(element.Required("major")) };
        foreach (var member in element.Members())
        {
            switch (member.Name)
            {
                case "major": break;
                case "minor": system = system with { Minor = Number(member) }; break;
                case "build": system = system with { Build = Number(member) }; break;
                case "servicePackMajor": system = system with { ServicePackMajor = Number(member) }; break;
                case "servicePackMinor": system = system with { ServicePackMinor = Number(member) }; break;
                case "productType": system = system with { ProductType = Number(member) }; break;
                case "suiteMask": system = system with { SuiteMask = Number(member) }; break;
                case "platform": system = system with { Platform = member.Text() ?? "" }; break;
                case "architecture": system = system with { Architecture = Architecture(member) }; break;
                case "processorLevel": system = system with { ProcessorLevel = SmallNumber(member) }; break;
                case "processorRevision": system = system with { ProcessorRevision = SmallNumber(member) }; break;
                case "processors": system = system with { ProcessorCount = (int?)member.Number(0, int.MaxValue) }; break;
                case "language": system = system with { Language = member.Text() }; break;
                case "muiLanguages": system = system with { MuiLanguages = member.IsNull ? null : [.. SectionReader.Texts(member)] }; break;
                default: member.RefuseName(Known); break;
            }
        }

        return system;
    }

    private static uint Number(FactsElement? member) => (uint)(member?.Number(0, uint.MaxValue) ?? 0);

    private static int? SmallNumber(FactsElement member) => (int?)member.Number(0, ushort.MaxValue);

    private static int Architecture(FactsElement member)
    {
        if (member.IsNumber) return SmallNumber(member) ?? 0;
        switch (member.Text()?.ToUpperInvariant())
        {
            case null: return 0;
            case "X86": return 0;
            case "ARM": return 5;
            case "IA64": return 6;
            case "X64" or "AMD64": return OperatingSystemFacts.X64;
            case "ARM64": return 12;
            default:
                member.Refuse("an architecture is one of x86, x64, arm, arm64, ia64, or its number");
                return 0;
        }
    }
}
