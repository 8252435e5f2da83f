namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>Reads a product of the section `msi` of a facts document.</summary>
internal static class MsiReader
{
    internal static MsiProductFacts Read(FactsElement element)
    {
        var product = new MsiProductFacts();
        foreach (var member in element.Members())
        {
            switch (member.Name)
            {
                case "version": product = product with { Version = member.Version() }; break;
                case "language": product = product with { Language = (int?)member.Number(0, int.MaxValue) }; break;
                case "upgradeCode": product = product with { UpgradeCode = member.Id() }; break;
                case "features": product = product with { Features = SectionReader.Texts(member).ToHashSet(StringComparer.Ordinal) }; break;
                case "components": product = product with { Components = SectionReader.Ids(member).ToHashSet() }; break;
                case "patches": product = product with { Patches = [.. member.Members().Select(ReadPatch).OfType<MsiPatchFacts>()] }; break;
                default: member.RefuseName("version, language, upgradeCode, features, components, patches"); break;
            }
        }

        return product;
    }

    // The families alone, or an object that holds them: its members are no versions then.
    private static MsiPatchFacts? ReadPatch(FactsElement element)
    {
        if (SectionReader.Id(element) is not Guid code) return null;
        if (element.IsNull) return new MsiPatchFacts(code, Families: null);
        if (element.Member("families") is not { IsText: false } && element.Member("obsoletes") is not { IsText: false })
            return new MsiPatchFacts(code, SectionReader.Versions(element));

        var patch = new MsiPatchFacts(code, Families: null);
        foreach (var member in element.Members())
        {
            switch (member.Name)
            {
                case "families": patch = patch with { Families = member.IsNull ? null : SectionReader.Versions(member) }; break;
                case "obsoletes": patch = patch with { Obsoletes = [.. SectionReader.Ids(member)] }; break;
                default: member.RefuseName("families, obsoletes"); break;
            }
        }

        return patch;
    }
}
