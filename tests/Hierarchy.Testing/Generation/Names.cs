namespace Hierarchy.Testing.Generation;

/// <summary>The XML namespaces of update documents.</summary>
internal static class Names
{
    public const string Update = "http://schemas.microsoft.com/msus/2002/12/Update";
    public const string Publishing = "http://schemas.microsoft.com/msus/2002/12/Publishing";
    public const string Logical = "http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules";
    public const string Base = "http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules";
    public const string Msi = "http://schemas.microsoft.com/msus/2002/12/MsiApplicabilityRules";
    public const string Cbs = "http://schemas.microsoft.com/msus/2002/12/CbsApplicabilityRules";
    public const string Handlers = "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/";
    public const string OsInstaller = "http://schemas.microsoft.com/msus/2016/01/UpdateHandlers/OSInstaller";
    public const string MsiPatch = "http://www.microsoft.com/msi/patch_applicability.xsd";
    public const string Assembly = "urn:schemas-microsoft-com:asm.v3";
    public const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    public const string Category = Handlers + "Category";
    public const string CommandLine = Handlers + "CommandLineInstallation";
    public const string WindowsInstaller = Handlers + "WindowsInstaller";
    public const string WindowsDriver = Handlers + "WindowsDriver";
    public const string WindowsPatch = Handlers + "WindowsPatch";
    public const string CbsHandler = Handlers + "Cbs";
}
