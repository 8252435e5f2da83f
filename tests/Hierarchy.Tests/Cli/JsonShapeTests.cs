using System.Text.Json;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>The JSON documents are a contract: names, order and spelling are compared with files in Golden/.</summary>
public sealed class JsonShapeTests
{
    public static TheoryData<string, string> Verbs => new()
    {
        { "sync-run", "sync run" },
        { "sync-status", "sync status" },
        { "sync-history", "sync history 5" },
        { "sync-cancel", "sync cancel" },
        { "sync-retry-quarantined", "sync retry-quarantined" },
        { "sync-products-list", "sync products list" },
        { "sync-classifications-list", "sync classifications list" },
        { "sync-languages-list", "sync languages list" },
        { "sync-products-add", "sync products add office" },
        { "sync-classifications-set", "sync classifications set --all" },
        { "sync-languages-remove", "sync languages remove de" },
        { "sync-schedule", "sync schedule" },
        { "sync-schedule-set", "sync schedule set --times-a-day 4 --at 03:00" },
        { "sync-schedule-off", "sync schedule off" },
        { "servers-promote", "servers promote branch-a --yes" },
        { "servers-lost", "servers lost" },
        { "servers-lost-show", "servers lost --show 1" },
        { "servers-lost-forget", "servers lost --forget 1" },
        { "servers-set", "servers set replica-a --content-source microsoft-update" },
        { "updates-import", "updates import 01020304-0506-0708-0000-000000000006 https://www.catalog.update.microsoft.com/ScopedViewInline.aspx?updateid=01020304-0506-0708-0000-000000000007&x=1" },
        { "updates-list", "updates list --all --limit 0" },
        { "updates-show", "updates show KB5013943" },
        { "updates-show-document", "updates show KB5013943 --document" },
        { "approve", "approve 01020304 --group Pilot --action optional-install --deadline +7d" },
        { "decline", "decline KB5013943" },
        { "approve-same-as-parent", "approve 01020304 --group Pilot --same-as-parent" },
        { "decisions-show", "decisions show" },
        { "decisions-set", "decisions set --revisions keep --expired decline" },
        { "rules-list", "rules list" },
        { "rules-show", "rules show definitions" },
        { "rules-add", "rules add Definitions --group Pilot Servers --classification definitions --title *Defender* --deadline +7d@03:05 --floating" },
        { "rules-set", "rules set Definitions --off --any-product --order 2" },
        { "rules-remove", "rules remove Definitions" },
        { "rules-run", "rules run" },
        { "rules-run-what-if", "rules run Definitions --what-if" },
        { "rules-declines-list", "rules declines list" },
        { "rules-declines-add", "rules declines add Superseded --older-than 30d --even-if-not-replaced on" },
        { "rules-declines-set", "rules declines set Superseded --on" },
        { "rules-declines-remove", "rules declines remove Superseded" },
        { "rules-declines-run", "rules declines run --what-if" },
        { "updates-superseded", "updates superseded --approved" },
        { "eulas-list", "eulas list --update KB5013943 --text" },
        { "eulas-accept", "eulas accept 01020304" },
        { "groups-list", "groups list" },
        { "groups-add", "groups add Pilot" },
        { "groups-remove", "groups remove Pilot --yes" },
        { "groups-rename", "groups rename Pilot Europe --yes" },
        { "groups-move", "groups move Pilot --to Europe --what-if" },
        { "groups-targeting", "groups targeting show" },
        { "groups-targeting-set", "groups targeting set client --yes" },
        { "groups-unknown", "groups unknown" },
        { "groups-rules-list", "groups rules list" },
        { "groups-rules-add", "groups rules add laptops --group Pilot --model Latitude* ThinkPad* --yes" },
        { "groups-rules-remove", "groups rules remove laptops --what-if" },
        { "groups-rules-test", "groups rules test pc-1" },
        { "policy-show", "policy show" },
        { "policy-show-computer", "policy show --computer pc-1" },
        { "policy-set", "policy set --group Pilot --au-options 4" },
        { "policy-clear", "policy clear --group Pilot --what-if" },
        { "sites-list", "sites list" },
        { "sites-add", "sites add branch-a --subnet 127.0.1.0/24 2001:db8::/48" },
        { "sites-remove", "sites remove branch-a" },
        { "sites-set", "sites set branch-a --add-subnet 10.3.0.0/16" },
        { "sites-show", "sites show branch-a" },
        { "sites-default", "sites default branch-a" },
        { "sites-which", "sites which 10.1.2.3 --client pc-1" },
        { "sites-import", "sites import SITES --links LINKS" },
        { "sites-links-list", "sites links list" },
        { "sites-links-add", "sites links add branch-a branch-b --cost 50 --window WINDOW --rate 4MB" },
        { "sites-links-set", "sites links set branch-a branch-b --cost 20" },
        { "sites-links-remove", "sites links remove branch-a branch-b" },
        { "computers-assign", "computers assign pc-1 --group Pilot Servers" },
        { "computers-list", "computers list" },
        { "computers-show", "computers show pc-1" },
        { "computers-show-update", "computers show pc-1 --update KB5013943" },
        { "migrate-computers", "migrate computers FILE" },
        { "migrate-content", "migrate content /var/wsus/WsusContent" },
        { "content-status", "content status" },
        { "content-policy-show", "content policy show" },
        { "content-policy-set", "content policy set --fetch ahead --yes" },
        { "content-policy-set-what-if", "content policy set branch-a --fetch ahead --what-if" },
        { "content-prefetch", "content prefetch" },
        { "content-repair", "content repair" },
        { "content-prune", "content prune --what-if" },
        { "servers-list", "servers list" },
        { "servers-verify", "servers verify" },
        { "status", "status KB5013943" },
        { "log", "log --since 7d --limit 2" },
        { "doctor-upstream", "doctor upstream" },
    };

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Verb_OutputJson_WritesTheDocumentThatScriptsKnow(string name, string commandLine)
    {
        await using var server = await AdminFixture.StartAsync(TestContext.Current.CancellationToken);

        var ran = await server.RunAsync(TestContext.Current.CancellationToken, ["--output", "json", .. commandLine.Split(' ').Select(Word)]);

        Assert.Equal(0, ran.ExitCode);
        using var document = JsonDocument.Parse(ran.Out);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        Assert.Equal(Golden(name), ran.Out.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Golden_HoldsAFileForEveryVerb()
    {
        var files = Directory.GetFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order();
        Assert.Equal(Verbs.Select(row => row.Data.Item1).Order(), files);
    }

    /// <summary>A table as a WSUS exports it.</summary>
    private static string Table => Path.Combine(RepositoryRoot.Path, "tests", "Hierarchy.Tests", "Cli", "computers.csv");

    private static string Word(string word) => word switch
    {
        "FILE" => Table,
        "SITES" or "LINKS" => Path.Combine(RepositoryRoot.Path, "tests", "Hierarchy.Tests", "Cli", word.ToLowerInvariant() + ".csv"),
        "WINDOW" => "mon-fri 08:00-18:00 500kB",
        _ => word,
    };

    private static string Folder => Path.Combine(RepositoryRoot.Path, "tests", "Hierarchy.Tests", "Cli", "Golden");

    private static string Golden(string name) => File.ReadAllText(Path.Combine(Folder, name + ".json")).ReplaceLineEndings("\n");
}
