using System.Globalization;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>Drivers of one device: each version a visible update of its own that supersedes those before.</summary>
internal static class DriverUpdates
{
    private static readonly string[] Makers = ["Contoso", "Fabrikam", "Northwind", "Litware", "Proseware", "Trey Research"];
    private static readonly string[] Classes = ["Video", "Networking", "Printers", "Sound", "Storage", "Other hardware"];

    public static IReadOnlyList<SourceDocument> Make(UpdateGroup group)
    {
        var picks = group.Picks;
        var maker = picks.From(Makers);
        var kind = picks.From(Classes);
        var hardware = $@"PCI\VEN_{picks.Between(0x1000, 0x8FFF):X4}&DEV_{picks.Between(0, 0xFFFF):X4}&SUBSYS_{picks.Between(0, int.MaxValue - 1):X8}";
        var model = $"{maker} {kind} {picks.Between(100, 9999)}";
        return [.. Enumerable.Range(0, group.Size).Select(index => Driver(group, index, maker, kind, hardware, model))];
    }

    private static SourceDocument Driver(UpdateGroup group, int index, string maker, string kind, string hardware, string model)
    {
        var picks = group.Picks;
        var created = group.Created.AddDays(90 * index);
        var version = $"{10 + index}.{picks.Between(0, 20)}.{picks.Between(0, 999)}.{picks.Between(0, 9999)}";
        var driver = group.Begin(index, "Driver", Names.WindowsDriver, created);
        driver.Properties["ExplicitlyDeployable"] = "true";
        driver.Properties["AutoSelectOnWebSites"] = "false";
        driver.Properties["IsPublic"] = "false";
        driver.Texts.Add(new LocalizedText("en", $"{maker} - {kind} - {version}", $"{model} driver update released in {created.ToString("MMMM yyyy", CultureInfo.InvariantCulture)}"));
        for (var before = index - 1; before >= 0; before--)
            driver.Superseded.Add(group.Key(before).Id);
        group.AddPrerequisites(driver, KnownIds.Drivers, KnownIds.Windows11);
        driver.IsInstalled = Rules.Plain("drv", Names.WindowsDriver, "WindowsDriverInstalled");
        driver.IsSuperseded = Rules.Plain("drv", Names.WindowsDriver, "WindowsDriverSuperseded");
        driver.IsInstallable = Rules.Plain("drv", Names.WindowsDriver, "WindowsDriverInstallable");
        var whql = picks.Between(1_000_000, 9_999_999).ToString(CultureInfo.InvariantCulture);
        var devices = Enumerable.Range(0, picks.Between(1, 12)).Select(n => n == 0 ? hardware : $"{hardware}&REV_{n:X2}").ToArray();
        driver.Metadata = xml =>
        {
            foreach (var device in devices)
            {
                xml.WriteStartElement("drv", "WindowsDriverMetaData", Names.WindowsDriver);
                xml.WriteAttributeString("HardwareID", device);
                xml.WriteAttributeString("DriverVerDate", created.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                xml.WriteAttributeString("DriverVerVersion", version);
                xml.WriteAttributeString("WhqlDriverID", whql);
                xml.WriteAttributeString("Class", kind);
                xml.WriteAttributeString("Company", maker);
                xml.WriteAttributeString("Provider", maker);
                xml.WriteAttributeString("Manufacturer", maker);
                xml.WriteAttributeString("Model", model);
                if (kind == "Printers")
                    xml.WriteElementString("drv", "CompatibleProvider", Names.WindowsDriver, "Microsoft");
                xml.WriteEndElement();
            }
        };
        group.AddFile(driver, $"{whql}_{index}.cab", patchingType: null);
        driver.HandlerData = HandlerData.Driver();
        return driver.Build();
    }
}
