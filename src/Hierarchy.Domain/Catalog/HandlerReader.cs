using System.Globalization;

namespace Hierarchy.Domain.Catalog;

/// <summary>
/// The HandlerSpecificData element: `xsi:type` names the handler (its prefix is declared anywhere above), an element inside holds what the handler is told.
/// The data of a handler that is not known stays in the original document.
/// </summary>
internal sealed class HandlerReader
{
    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
    private const string SetupType = "WindowsSetup";

    /// <summary>The namespace of the handler's own type; null when it is not said.</summary>
    public string? Namespace { get; private set; }

    public HandlerData? Data { get; private set; }

    public bool HasUninstallCommand { get; private set; }

    /// <summary>The command that removes what a command line installed; null where there is none.</summary>
    public CommandLineHandler? Uninstall { get; private set; }

    public void Read(DocumentCursor cursor)
    {
        var reader = cursor.Reader;
        var depth = reader.Depth;
        var type = (reader.GetAttribute("type", SchemaInstance) ?? reader.GetAttribute("type") ?? "").Trim();
        var colon = type.IndexOf(':', StringComparison.Ordinal);
        Namespace = reader.LookupNamespace(colon < 0 ? "" : type[..colon]) is { Length: > 0 } uri && uri != UpdateDocument.Namespace ? uri : null;

        // Two handlers have a command of this name, another may have one of another shape.
        var isCommandLine = type.Length == 0 || type.AsSpan(colon + 1).SequenceEqual("CommandLineInstallation");
        var isSetup = type.AsSpan(colon + 1).SequenceEqual(SetupType) || (Namespace?.EndsWith(SetupType, StringComparison.Ordinal) ?? false);

        while (cursor.NextChild(depth))
        {
            switch (reader.LocalName)
            {
                case "InstallCommand" when isCommandLine:
                    Data = CommandLineReader.Read(cursor);
                    break;
                case "InstallCommand" when isSetup:
                    Data = new WindowsSetupHandler(
                        cursor.Attribute("Program") ?? "",
                        DocumentValues.Boolean("IsSetup360", cursor.Attribute("IsSetup360"), absent: false));
                    cursor.Skip();
                    break;
                case "UninstallCommand":
                    HasUninstallCommand = true;
                    if (isCommandLine && cursor.Attribute("Program") is not null) Uninstall = CommandLineReader.Read(cursor);
                    else cursor.Skip();
                    break;
                case "CategoryInformation":
                    Data = ReadCategory(cursor);
                    break;
                case "MsiData":
                    Data = ReadInstaller(cursor, isPatch: false);
                    break;
                case "MspData":
                    Data = ReadInstaller(cursor, isPatch: true);
                    break;
                case "CbsData":
                    Data = new CbsHandler(cursor.Attribute("PackageIdentity") ?? "");
                    cursor.Skip();
                    break;
                case "OSInstallData":
                    Data = new OsInstallerHandler(cursor.Attribute("InitialModule") ?? "");
                    cursor.Skip();
                    break;
                case "WindowsPatchData":
                    Data = new WindowsPatchHandler(cursor.Attribute("UnpackParameters") ?? "", cursor.Attribute("InstallParameters") ?? "");
                    cursor.Skip();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }
    }

    private static CategoryDetails ReadCategory(DocumentCursor cursor)
    {
        var order = cursor.Attribute("DisplayOrder");
        var category = new CategoryDetails
        {
            Type = cursor.Attribute("CategoryType"),
            ProhibitsSubcategories = DocumentValues.Boolean("ProhibitsSubcategories", cursor.Attribute("ProhibitsSubcategories"), absent: false),
            ProhibitsUpdates = DocumentValues.Boolean("ProhibitsUpdates", cursor.Attribute("ProhibitsUpdates"), absent: false),
            IsExcludedByDefault = DocumentValues.Boolean("ExcludedByDefault", cursor.Attribute("ExcludedByDefault"), absent: false),
            DisplayOrder = int.TryParse(order, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var place) ? place : null,
        };
        cursor.Skip();
        return category;
    }

    private static WindowsInstallerHandler ReadInstaller(DocumentCursor cursor, bool isPatch)
    {
        var depth = cursor.Reader.Depth;
        var handler = new WindowsInstallerHandler
        {
            IsPatch = isPatch,
            PackageFile = cursor.Attribute("MsiFile"),
            ProductCode = cursor.Attribute("ProductCode"),
            PatchCode = cursor.Attribute("FullFilePatchCode") ?? cursor.Attribute("PatchCode"),
            CommandLine = cursor.Attribute("CommandLine") ?? "",
            UninstallCommandLine = cursor.Attribute("UninstallCommandLine") ?? "",
        };
        while (cursor.NextChild(depth))
        {
            if (cursor.Reader.LocalName == "RepairPath")
            {
                handler = handler with
                {
                    RepairPath = cursor.Attribute("Path"),
                    IsRepairPathOnServer = DocumentValues.Boolean("RelativeToServer", cursor.Attribute("RelativeToServer"), absent: false),
                };
            }

            cursor.Skip();
        }

        return handler;
    }
}
