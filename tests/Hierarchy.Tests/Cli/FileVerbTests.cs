using System.Text.RegularExpressions;
using Hierarchy.Storage.Backups;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>Verbs that read and write files: their documents, compared with files in Golden/Files, and what they leave behind when something goes wrong.</summary>
public sealed partial class FileVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Verbs => new()
    {
        { "backup", "backup --on-server /var/backups/root.zip" },
        { "backup-schedule", "backup schedule" },
        { "backup-schedule-show", "backup schedule show" },
        { "backup-schedule-set", "backup schedule set --times-a-day 4 --at 03:30 --keep 9 --folder /srv/backups" },
        { "backup-schedule-off", "backup schedule off" },
        { "restore", "restore BACKUP --data NEW" },
        { "restore-verify", "restore --verify BACKUP" },
        { "export", "export NEW --content" },
        { "export-since", "export NEW --since GIVEN" },
        { "export-position", "export --position NEW" },
        { "export-status", "export --status NEW --all" },
        { "import", "import GIVEN" },
        { "import-status", "import --status GIVEN" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Golden => Path.Combine(RepositoryRoot.Path, "tests", "Hierarchy.Tests", "Cli", "Golden", "Files");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Verb_OutputJson_WritesTheDocumentThatScriptsKnow(string name, string commandLine)
    {
        await using var server = await AdminFixture.StartAsync(Token);
        if (commandLine.Contains("BACKUP", StringComparison.Ordinal)) await WriteBackupAsync();
        File.WriteAllText(_folder["GIVEN"], "what was carried");

        var ran = await server.RunAsync(Token, ["--output", "json", .. commandLine.Split(' ').Select(word => word.All(char.IsUpper) ? _folder[word] : word)]);

        Assert.True(ran.ExitCode == 0, ran.Out + ran.Error);
        var document = Sizes().Replace(ran.Out.Replace(_folder.Path, "/folder", StringComparison.Ordinal), "$1 4096").ReplaceLineEndings("\n");
        Assert.Equal(File.ReadAllText(Path.Combine(Golden, name + ".json")).ReplaceLineEndings("\n"), document);
    }

    [Fact]
    public void Golden_HoldsAFileForEveryVerb() =>
        Assert.Equal(Verbs.Select(row => row.Data.Item1).Order(), Directory.GetFiles(Golden, "*.json").Select(Path.GetFileNameWithoutExtension).Order());

    [Theory]
    [InlineData("backup")]
    [InlineData("backup FILE --on-server /var/backups/root.zip")]
    [InlineData("backup schedule set --at 03:00")]
    [InlineData("backup schedule set --at 03:00 --folder /x --keep 0")]
    [InlineData("backup schedule set --at 25:00 --folder /x")]
    [InlineData("restore FILE")]
    [InlineData("restore FILE --data DIR --verify")]
    [InlineData("export")]
    [InlineData("export FILE --position OTHER")]
    [InlineData("export FILE --all --since POSITION")]
    [InlineData("export FILE --for STATUS --since POSITION")]
    [InlineData("export --position FILE --since POSITION")]
    [InlineData("export --status FILE --content")]
    [InlineData("import")]
    public async Task CommandLine_ThatIsWrong_EndsWithUsage(string commandLine)
    {
        var ran = await Ran.RunAsync(commandLine.Split(' '), Token);

        Assert.Equal(2, ran.ExitCode);
        Assert.StartsWith("hierarchy: ", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_ThatArrivesDamaged_IsNotKept()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, "backup", _folder["root.zip"]);

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("did not arrive whole", ran.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("did not arrive as the server sent it", "export", "NEW", "--catalog-only")]
    [InlineData("cannot be read", "export", "NEW", "--since", "MISSING")]
    [InlineData("is there already", "export", "GIVEN")]
    [InlineData("cannot be read", "import", "MISSING")]
    public async Task File_ThatCannotBe_LeavesNothingBehind(string because, params string[] words)
    {
        await using var server = await AdminFixture.StartAsync(Token);
        File.WriteAllText(_folder["GIVEN"], "what was carried");

        var ran = await server.RunAsync(Token, [.. words.Select(word => word.All(char.IsUpper) ? _folder[word] : word)]);

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains(because, ran.Error, StringComparison.Ordinal);
        Assert.Equal(_folder["GIVEN"], Assert.Single(Directory.GetFileSystemEntries(_folder.Path)));
    }

    /// <summary>A backup of a replica that has taken nothing yet: no id in it is drawn at random.</summary>
    private async Task WriteBackupAsync()
    {
        await SqliteMirrorLog.Open(new SqliteStoreOptions { Path = _folder["mirror.db"] }).DisposeAsync();
        var head = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            ServerId = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
            ServerName = "branch-a",
            Role = "replica",
            TakenAt = Ran.Now,
            Digest = Convert.ToBase64String(new byte[2048]),
            Files = [],
        };
        await using var output = File.Create(_folder["BACKUP"]);
        await BackupWriter.WriteAsync(output, head, [("mirror.db", _folder["mirror.db"])], _ => { }, Token);
    }

    [GeneratedRegex("(\"bytes\":) [0-9]+")]
    private static partial Regex Sizes();
}
