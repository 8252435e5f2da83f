using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Tests.Agent;

/// <summary>An update whose installer is a script, as a whole document and with the bytes of its files.</summary>
internal sealed class TestUpdate
{
    private static readonly XNamespace Upd = UpdateDocument.Namespace;

    internal TestUpdate(int number) => Id = new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    internal TestUpdate(Guid id) => Id = id;

    internal Guid Id { get; }

    internal int Revision { get; init; } = 100;

    internal string Type { get; init; } = "Software";

    /// <summary>The installer; null for an update that installs nothing itself.</summary>
    internal string? Script { get; init; } = MarkerScript;

    /// <summary>What removes it; null where its document has no command for that.</summary>
    internal string? UninstallScript { get; init; }

    internal string ProgramName { get; init; } = "install.sh";

    internal string Arguments { get; init; } = "";

    internal string Handler { get; init; } = "CommandLineInstallation";

    internal Dictionary<string, byte[]> MoreFiles { get; } = [];

    internal (int Code, string Result, bool Reboot)[] Codes { get; init; } = [(0, "Succeeded", false), (10, "Succeeded", true)];

    internal string? IsInstalled { get; init; }

    internal string? IsInstallable { get; init; } = "<lar:True/>";

    internal Guid[] Prerequisites { get; init; } = [];

    /// <summary>Products.</summary>
    internal Guid[] Categories { get; init; } = [];

    internal TestUpdate[] Bundled { get; init; } = [];

    internal Guid[] Superseded { get; init; } = [];

    internal RevisionId RevisionId => new(Id, Revision);

    /// <summary>The Windows path whose existence means installed.</summary>
    internal string Marker => $@"C:\Test\{Id:D}.txt";

    /// <summary>Writes the marker, and its own id to a list, so that tests see what ran in which order.</summary>
    internal const string MarkerScript = """
        mkdir -p "$HIERARCHY_ROOT/C/Test"
        echo "$HIERARCHY_UPDATE_ID" >> "$HIERARCHY_ROOT/ran.txt"
        echo done > "$HIERARCHY_ROOT/C/Test/$HIERARCHY_UPDATE_ID.txt"
        """;

    /// <summary>Takes the marker away, and writes its own id with a minus to the list.</summary>
    internal const string RemovalScript = """
        echo "-$HIERARCHY_UPDATE_ID" >> "$HIERARCHY_ROOT/ran.txt"
        rm "$HIERARCHY_ROOT/C/Test/$HIERARCHY_UPDATE_ID.txt"
        """;

    /// <summary>Name and bytes of every file.</summary>
    internal IEnumerable<(string Name, byte[] Bytes)> Files
    {
        get
        {
            if (Script is not null) yield return (ProgramName, Encoding.UTF8.GetBytes($"# {Id}\n{Script.ReplaceLineEndings("\n")}\n"));
            if (UninstallScript is not null) yield return ("remove.sh", Encoding.UTF8.GetBytes($"# {Id}\n{UninstallScript.ReplaceLineEndings("\n")}\n"));
            foreach (var (name, bytes) in MoreFiles) yield return (name, bytes);
        }
    }

#pragma warning disable CA5350 // The name of a file on Microsoft's wire.
    internal static byte[] Sha1(byte[] bytes) => SHA1.HashData(bytes);
#pragma warning restore CA5350

    internal string ToXml()
    {
        var update = new XElement(
            Upd + "Update",
            new XElement(Upd + "UpdateIdentity", new XAttribute("UpdateID", Id), new XAttribute("RevisionNumber", Revision)),
            new XElement(
                Upd + "Properties",
                new XAttribute("UpdateType", Type), new XAttribute("DefaultPropertiesLanguage", "en"), new XAttribute("ExplicitlyDeployable", "true"),
                new XAttribute("CreationDate", "2026-01-01T00:00:00Z")),
            new XElement(
                Upd + "LocalizedPropertiesCollection",
                new XElement(Upd + "LocalizedProperties", new XElement(Upd + "Language", "en"), new XElement(Upd + "Title", $"Test update {Id.ToString()[..8]}"))),
            Relationships(),
            Rules());
        if (Files.Any()) update.Add(new XElement(Upd + "Files", Files.Select(File)));
        if (Script is not null) update.Add(HandlerData());
        return update.ToString(SaveOptions.DisableFormatting);
    }

    private static XElement File((string Name, byte[] Bytes) file) => new(
        Upd + "File",
        new XAttribute("Digest", Convert.ToBase64String(Sha1(file.Bytes))), new XAttribute("DigestAlgorithm", "SHA1"),
        new XAttribute("FileName", file.Name), new XAttribute("Size", file.Bytes.Length), new XAttribute("Modified", "2026-01-01T00:00:00Z"),
        new XAttribute("PatchingType", "SelfContained"),
        new XElement(Upd + "AdditionalDigest", new XAttribute("Algorithm", "SHA256"), Convert.ToBase64String(SHA256.HashData(file.Bytes))));

    private XElement Relationships()
    {
        var relationships = new XElement(Upd + "Relationships");
        if (Superseded.Length > 0) relationships.Add(new XElement(Upd + "SupersededUpdates", Superseded.Select(id => new XElement(Upd + "UpdateIdentity", new XAttribute("UpdateID", id)))));
        if (Prerequisites.Length + Categories.Length > 0)
        {
            relationships.Add(new XElement(
                Upd + "Prerequisites", Prerequisites.Select(id => new XElement(Upd + "UpdateIdentity", new XAttribute("UpdateID", id))),
                Categories.Select(id => new XElement(Upd + "AtLeastOne", new XAttribute("IsCategory", "true"), new XElement(Upd + "UpdateIdentity", new XAttribute("UpdateID", id))))));
        }

        if (Bundled.Length > 0)
        {
            relationships.Add(new XElement(
                Upd + "BundledUpdates",
                Bundled.Select(child => new XElement(Upd + "UpdateIdentity", new XAttribute("UpdateID", child.Id), new XAttribute("RevisionNumber", child.Revision)))));
        }

        return relationships;
    }

    private XElement Rules()
    {
        var installed = IsInstalled ?? (Bundled.Length > 0 ? null : $"""<bar:FileExists Path="{Marker}"/>""");
        return XElement.Parse($"""
            <upd:ApplicabilityRules xmlns:upd="{Upd}" xmlns:bar="http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules"
                xmlns:lar="http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules">
            {(installed is null ? "" : $"<upd:IsInstalled>{installed}</upd:IsInstalled>")}
            {(IsInstallable is null ? "" : $"<upd:IsInstallable>{IsInstallable}</upd:IsInstallable>")}
            </upd:ApplicabilityRules>
            """);
    }

    private string ReturnCodes => string.Concat(Codes.Select(code => $"""<cmd:ReturnCode Code="{code.Code}" Result="{code.Result}" Reboot="{(code.Reboot ? "true" : "false")}"/>"""));

    private XElement HandlerData() => XElement.Parse($"""
        <upd:HandlerSpecificData xmlns:upd="{Upd}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xmlns:cmd="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/{Handler}" xsi:type="cmd:{Handler}">
        <cmd:InstallCommand Program="{ProgramName}" Arguments="{Arguments.Replace("\"", "&quot;", StringComparison.Ordinal)}">
        {ReturnCodes}
        </cmd:InstallCommand>{(UninstallScript is null ? "" : $"""<cmd:UninstallCommand Program="remove.sh">{ReturnCodes}</cmd:UninstallCommand>""")}</upd:HandlerSpecificData>
        """);
}
