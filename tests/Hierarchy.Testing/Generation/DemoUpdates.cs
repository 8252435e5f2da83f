using System.Globalization;
using System.Text;
using Hierarchy.Testing.MicrosoftUpdate.Content;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>
/// Updates that can really be installed on any system with a POSIX shell: CommandLineInstallation of a script that makes the update's own IsInstalled rule true.
/// <para>The contract with the agent: it runs the Program of the document from the folder of the downloaded files, by sh where it is no Windows program, with
/// HIERARCHY_FILES naming that folder, HIERARCHY_FACTS the facts file and HIERARCHY_ROOT the folder in which Windows paths are found
/// (C:\A\b.txt is ROOT/C/A/b.txt). IsInstallable holds from Windows version 10 on; IsInstalled is FileExists of C:\ProgramData\Demo\ID.txt.</para>
/// </summary>
public static class DemoUpdates
{
    public const string ScriptName = "install.sh";
    public const string PayloadName = "payload.bin";

    private const int Revision = 100;
    private const int UsualLength = 256 * 1024;

    private static readonly DateTimeOffset FirstTuesday = new(2026, 1, 13, 18, 0, 0, TimeSpan.Zero);

    /// <summary>The id of the n-th demo update, counted from 1.</summary>
    public static Guid IdOf(int number) => new(0xDE300000u + (uint)number, 0xD340, 0x4D0E, 0x8A, 0x11, 0x48, 0x49, 0x45, 0x52, 0x41, 0x52);

    /// <summary>The path whose existence tells that an update is installed.</summary>
    public static string MarkerOf(Guid id) => $@"C:\ProgramData\Demo\{id:D}.txt";

    /// <summary>Makes so many: every fifth asks for a restart (return code 10), the others are done at once. Their payloads have that length, or the usual one for zero.</summary>
    public static IReadOnlyList<SourceDocument> Create(int count, int length = 0) => [.. Enumerable.Range(1, count).Select(number => One(number, length > 0 ? length : UsualLength))];

    private static SourceDocument One(int number, int length)
    {
        var id = IdOf(number);
        var asksForRestart = number % 5 == 0;
        var payload = GeneratedFiles.Create(PayloadName, 0xD3110000UL + (ulong)number, length);
        var script = ServedFile.Create(ScriptName, new StoredBytes(Encoding.UTF8.GetBytes(Script(id, number, asksForRestart, payload))));
        var article = (9_000_000 + number).ToString(CultureInfo.InvariantCulture);
        var size = (script.Length + payload.Length).ToString(CultureInfo.InvariantCulture);
        var builder = new DocumentBuilder(new RevisionKey(id, Revision), "Software")
        {
            Created = FirstTuesday.AddDays(number),
            Properties =
            {
                ["ExplicitlyDeployable"] = "true",
                ["AutoSelectOnWebSites"] = "true",
                ["MsrcSeverity"] = number % 2 == 0 ? "Important" : "Critical",
                ["IsPublic"] = "false",
                ["Handler"] = Names.CommandLine,
                ["MaxDownloadSize"] = size,
                ["MinDownloadSize"] = size,
            },
            PropertyElements = xml =>
            {
                xml.WriteStartElement("upd", "InstallationBehavior", Names.Update);
                xml.WriteAttributeString("RebootBehavior", asksForRestart ? "CanRequestReboot" : "NeverReboots");
                xml.WriteEndElement();
                xml.WriteElementString("upd", "SupportUrl", Names.Update, $"https://support.example/{article}");
                xml.WriteElementString("upd", "KBArticleID", Names.Update, article);
            },
            Texts =
            {
                new LocalizedText("en", $"Demonstration update {number} (KB{article})", "Writes a file. It is made for demonstrations and changes nothing else."),
                new LocalizedText("de", $"Demonstrationsupdate {number} (KB{article})", "Schreibt eine Datei. Es dient der Vorführung und ändert sonst nichts."),
                new LocalizedText("ja", $"デモンストレーション更新プログラム {number} (KB{article})", "ファイルを 1 つ書き込みます。"),
            },
            Prerequisites =
            {
                PrerequisiteGroup.Category(KnownIds.SecurityUpdates),
                PrerequisiteGroup.Category(KnownIds.Windows11),
            },
            IsInstalled = Rules.FileExists(MarkerOf(id)),
            IsInstallable = Rules.WindowsVersionAtLeast(10, 0),
            Files = { new BuiltFile(script), new BuiltFile(payload) },
            HandlerData = HandlerData.CommandLine(ScriptName, "/quiet", (0, "Succeeded", false), (10, "Succeeded", true), (3010, "Succeeded", true)),
        };
        return builder.Build();
    }

    private static string Script(Guid id, int number, bool asksForRestart, ServedFile payload) => $"""
        #!/bin/sh
        # Demonstration update {number}: makes its own IsInstalled rule true by writing {MarkerOf(id)}.
        set -eu
        : "$HIERARCHY_ROOT" "$HIERARCHY_FILES"
        size=$(wc -c < "$HIERARCHY_FILES/{PayloadName}")
        if [ "$size" -ne {payload.Length} ]; then
            echo "{PayloadName} has $size bytes, not {payload.Length}" >&2
            exit 2
        fi
        folder="$HIERARCHY_ROOT/C/ProgramData/Demo"
        mkdir -p "$folder"
        printf 'demonstration update {number}\n' > "$folder/{id:D}.partial"
        mv "$folder/{id:D}.partial" "$folder/{id:D}.txt"
        exit {(asksForRestart ? 10 : 0)}

        """.ReplaceLineEndings("\n");
}
