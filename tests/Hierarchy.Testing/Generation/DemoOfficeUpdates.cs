using System.Globalization;
using System.Text;
using Hierarchy.Testing.MicrosoftUpdate.Content;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>
/// Updates of Office that can be installed like <see cref="DemoUpdates"/>: one of 2003 and one of 2007, which write a file of the computer, and one of 2010, which writes a file into the profile of the user
/// (HIERARCHY_PROFILE) and is installed where that is there (FileExists below CSIDL_PROFILE).
/// </summary>
public static class DemoOfficeUpdates
{
    private const int Revision = 100;
    private const int ProfileFolder = 40;

    private static readonly DateTimeOffset Published = new(2026, 3, 10, 18, 0, 0, TimeSpan.Zero);
    private static readonly Guid Product2003 = new("1403f223-a63f-f572-82ba-c92391218055");
    private static readonly Guid Product2007 = new("041e4f9f-3a3d-4f58-8b2f-5e6fe95c4591");
    private static readonly Guid Product2010 = new("84f5f325-30d7-41c4-81d1-87a0e6535b66");

    /// <summary>Of Office 2003, for the computer.</summary>
    public static Guid Of2003 { get; } = IdOf(1);

    /// <summary>Of Office 2007, for the computer.</summary>
    public static Guid Of2007 { get; } = IdOf(2);

    /// <summary>Of Office 2010, for each user.</summary>
    public static Guid OfUsers { get; } = IdOf(3);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SourceDocument> All() =>
    [
        Make(Of2003, 1, Product2003, "Office 2003", isOfUsers: false),
        Make(Of2007, 2, Product2007, "Office 2007", isOfUsers: false),
        Make(OfUsers, 3, Product2010, "Office 2010", isOfUsers: true),
    ];

    private static Guid IdOf(int number) => new(0x0FF1CE00u + (uint)number, 0xD340, 0x4D0E, 0x8A, 0x11, 0x48, 0x49, 0x45, 0x52, 0x41, 0x52);

    private static SourceDocument Make(Guid id, int number, Guid product, string name, bool isOfUsers)
    {
        var article = (9_100_000 + number).ToString(CultureInfo.InvariantCulture);
        var script = ServedFile.Create(DemoUpdates.ScriptName, new StoredBytes(Encoding.UTF8.GetBytes(Script(id, name, isOfUsers))));
        var size = script.Length.ToString(CultureInfo.InvariantCulture);
        var builder = new DocumentBuilder(new RevisionKey(id, Revision), "Software")
        {
            Created = Published.AddDays(number),
            Properties =
            {
                ["ExplicitlyDeployable"] = "true", ["AutoSelectOnWebSites"] = "true", ["MsrcSeverity"] = "Important", ["IsPublic"] = "false", ["Handler"] = Names.CommandLine,
                ["MaxDownloadSize"] = size, ["MinDownloadSize"] = size,
            },
            PropertyElements = xml => xml.WriteElementString("upd", "KBArticleID", Names.Update, article),
            Texts = { new LocalizedText("en", $"Demonstration update for {name} (KB{article})", "Writes a file. It is made for demonstrations and changes nothing else.") },
            Prerequisites = { PrerequisiteGroup.Category(KnownIds.SecurityUpdates), PrerequisiteGroup.Category(product) },
            IsInstalled = isOfUsers ? Rules.FileExists($@"\Demo\{id:D}.txt", ProfileFolder) : Rules.FileExists(DemoUpdates.MarkerOf(id)),
            IsInstallable = Rules.WindowsVersionAtLeast(10, 0),
            Files = { new BuiltFile(script) },
            HandlerData = HandlerData.CommandLine(DemoUpdates.ScriptName, "/quiet", (0, "Succeeded", false)),
        };
        return builder.Build();
    }

    private static string Script(Guid id, string name, bool isOfUsers) => $"""
        #!/bin/sh
        # Demonstration update for {name}: makes its own IsInstalled rule true.
        set -eu
        : "$HIERARCHY_ROOT"
        folder="$HIERARCHY_ROOT/{(isOfUsers ? "C/Users/$HIERARCHY_USER/Demo" : "C/ProgramData/Demo")}"
        mkdir -p "$folder"
        printf 'demonstration update for {name}\n' > "$folder/{id:D}.partial"
        mv "$folder/{id:D}.partial" "$folder/{id:D}.txt"

        """.ReplaceLineEndings("\n");
}
