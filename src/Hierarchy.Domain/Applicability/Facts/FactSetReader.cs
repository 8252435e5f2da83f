using System.Text.Json;

namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>
/// Reads a facts document (JSON; comments and trailing commas are allowed). Every section may be left out, and is then unknown; a section that is there is complete.
/// <code>
/// {
///   "os": { "platform": "Windows", "major": 10, "minor": 0, "build": 26100, "servicePackMajor": 0, "servicePackMinor": 0, "productType": 1, "suiteMask": 256,
///           "architecture": "x64", "processorLevel": 6, "processorRevision": 1, "processors": 8, "language": "en-US", "muiLanguages": [] },
///   "registry": { "HKLM\\SOFTWARE\\X": { "Value": { "type": "REG_SZ", "data": "text" }, "Short": "text", "Number": 1 }, "HKLM\\SOFTWARE\\Empty": {} },
///   "files": { "C:\\Windows\\notepad.exe": { "version": "10.0.26100.1", "size": 1, "created": "2026-01-01T00:00:00Z", "modified": "…", "language": 1033 } },
///   "root": "DIR",                       // files are looked for here too: C:\A\b.txt is DIR/C/A/b.txt
///   "csidl": { "36": "C:\\Windows" },    // replaces single ones of the usual folders
///   "environment": { "SystemRoot": "C:\\Windows" },
///   "systemMetrics": { "86": 0 }, "cluster": false, "clusterResources": ["Disk X"],
///   "licenses": { "NAME": 1 }, "wmi": { "SELECT …": true, "root\\other": { "SELECT …": false } }, "installedOnce": ["GUID"],
///   "generic": { "NAMESPACE/TYPE/PARAMETER": "value" }, "deviceAttributes": { "OSSkuId": "48" }, "productReleases": { "Client.OS.rs2.amd64": "10.0.26100.1" },
///   "msi": { "{PRODUCT}": { "version": "1.0", "language": 1033, "upgradeCode": "{…}", "features": ["Main"], "components": ["{…}"],
///                           "patches": { "{PATCH}": { "FAMILY": "1.0.0.1" }, "{PATCH2}": { "families": { … }, "obsoletes": ["{…}"] }, "{PATCH3}": null } } },
///   "cbs": { "name~token~arch~lang~version": "Installed" },   // Installed, Installable, NotApplicable, Superseded, Other
///   "devices": [ { "hardwareIds": ["PCI\\VEN_8086"], "driver": { "hardwareId": "…", "provider": "…", "date": "2026-01-01", "version": "1.0.0.0" } } ],
///   "office": [ { "line": "2003", "source": "aip", "state": "updated", "user": "anna", "code": "{…}", "name": "…" } ],   // source: media, aip, unknown; state: baseline, sp2, updated, unknown
///   "users": [ { "name": "anna", "loggedOn": true, "profile": "C:\\Users\\anna" } ]
/// }
/// </code>
/// </summary>
public static class FactSetReader
{
    private const int MaximumProblems = 100;

    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };

    /// <summary>Reads the document. A section or a value that is not understood is an error, since a misspelt fact would otherwise quietly decide.</summary>
    /// <exception cref="IntegrityException">It is not such a document; the message lists everything that is wrong, each with its path.</exception>
    public static FactSet Read(ReadOnlyMemory<byte> utf8)
    {
        var problems = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            var facts = SectionReader.Read(new FactsElement(document.RootElement, parent: null, name: "", problems));
            if (problems.Count == 0) return facts;
        }
        catch (JsonException exception)
        {
            problems.Add(exception.Message);
        }

        var listed = string.Join("\n", problems.Take(MaximumProblems).Select(problem => $"  {problem}"));
        var more = problems.Count > MaximumProblems ? $"\n  … and {problems.Count - MaximumProblems} more." : "";
        throw new IntegrityException($"The facts cannot be read; correct the file ({problems.Count} {(problems.Count == 1 ? "error" : "errors")}):\n{listed}{more}");
    }
}
