using System.Globalization;
using System.Xml;

namespace Hierarchy.Testing.Generation;

/// <summary>HandlerSpecificData of the installation handlers.</summary>
internal static class HandlerData
{
    /// <summary>The command that installs, with its return codes; any other code is a failure.</summary>
    public static Action<XmlWriter> CommandLine(string program, string arguments, params (int Code, string Result, bool Reboot)[] codes) => xml =>
    {
        Type(xml, "cmd", Names.CommandLine, "CommandLineInstallation");
        xml.WriteStartElement("cmd", "InstallCommand", Names.CommandLine);
        xml.WriteAttributeString("Arguments", arguments);
        xml.WriteAttributeString("Program", program);
        xml.WriteAttributeString("RebootByDefault", "false");
        xml.WriteAttributeString("DefaultResult", "Failed");
        foreach (var (code, result, reboot) in codes)
        {
            xml.WriteStartElement("cmd", "ReturnCode", Names.CommandLine);
            xml.WriteAttributeString("Reboot", reboot ? "true" : "false");
            xml.WriteAttributeString("Result", result);
            xml.WriteAttributeString("Code", code.ToString(CultureInfo.InvariantCulture));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    };

    public static Action<XmlWriter> Category(string type, bool prohibitsSubcategories, bool prohibitsUpdates, int? displayOrder = null) => xml =>
    {
        Type(xml, "cat", Names.Category, "Category");
        xml.WriteStartElement("cat", "CategoryInformation", Names.Category);
        xml.WriteAttributeString("CategoryType", type);
        xml.WriteAttributeString("ProhibitsSubcategories", prohibitsSubcategories ? "true" : "false");
        xml.WriteAttributeString("ProhibitsUpdates", prohibitsUpdates ? "true" : "false");
        if (displayOrder is { } order)
            xml.WriteAttributeString("DisplayOrder", order.ToString(CultureInfo.InvariantCulture));
        xml.WriteEndElement();
    };

    public static Action<XmlWriter> Cbs() => xml =>
    {
        Type(xml, "cbs", Names.CbsHandler, "Cbs");
        xml.WriteStartElement("cbs", "CbsData", Names.CbsHandler);
        xml.WriteAttributeString("PackageIdentity", string.Empty);
        xml.WriteEndElement();
    };

    public static Action<XmlWriter> InstallerPatch(Guid patch) => xml =>
    {
        Type(xml, "msp", Names.WindowsInstaller, "WindowsInstaller");
        xml.WriteStartElement("msp", "MspData", Names.WindowsInstaller);
        xml.WriteAttributeString("CommandLine", "DISABLESRCPROMPT=1 LOCALCACHESRCRES=0 NOLOCALCACHEROLLBACK=1");
        xml.WriteAttributeString("UninstallCommandLine", "DISABLESRCPROMPT=1 LOCALCACHESRCRES=0 NOLOCALCACHEROLLBACK=1");
        xml.WriteAttributeString("FullFilePatchCode", patch.ToString("B"));
        xml.WriteEndElement();
    };

    public static Action<XmlWriter> InstallerApplication(Guid product, string file) => xml =>
    {
        Type(xml, "msp", Names.WindowsInstaller, "WindowsInstallerApp");
        xml.WriteStartElement("msp", "MsiData", Names.WindowsInstaller);
        xml.WriteAttributeString("ProductCode", product.ToString("B"));
        xml.WriteAttributeString("MsiFile", file);
        xml.WriteEndElement();
    };

    public static Action<XmlWriter> OsInstaller() => xml =>
    {
        Type(xml, "osi", Names.OsInstaller, "OSInstallerMetadata");
        xml.WriteStartElement("osi", "OSInstallData", Names.OsInstaller);
        xml.WriteAttributeString("InitialModule", "UpdateAgent.dll");
        xml.WriteEndElement();
    };

    public static Action<XmlWriter> Driver() => xml => Type(xml, "drv", Names.WindowsDriver, "WindowsDriver");

    private static void Type(XmlWriter xml, string prefix, string ns, string type)
    {
        xml.WriteAttributeString("xmlns", prefix, null, ns);
        xml.WriteAttributeString("xsi", "type", Names.SchemaInstance, $"{prefix}:{type}");
    }
}
