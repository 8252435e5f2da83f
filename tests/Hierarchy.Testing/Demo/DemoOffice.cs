using System.Text.Json;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Demo;

/// <summary>
/// The scenes of Office: an approval with a deadline for a group reaches computers in the groups nested in it; of three computers with Office 2003 the one from an updated administrative installation point is
/// not offered the update and says why; one with Office 2007 is; copies of users are updated for who is logged on where that was decided, and nowhere else.
/// </summary>
internal sealed class DemoOffice(TestTree tree, ServerNode root, DemoLog log)
{
    private const string Above = "Offices";
    private const string Accounting = "Accounting";
    private const string Desks = "Desks";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Plays them.</summary>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        log.Say($"Office: the groups {Accounting} and {Desks}, nested in {Above}");
        await CliAsync(cancellationToken, "groups", "add", Above);
        await CliAsync(cancellationToken, "groups", "add", Accounting, "--parent", Above);
        await CliAsync(cancellationToken, "groups", "add", Desks, "--parent", Above);

        log.Say($"Office: approving three updates for {Above}, with a deadline in seven days; starting six computers in the groups below");
        foreach (var update in new[] { DemoOfficeUpdates.Of2003, DemoOfficeUpdates.Of2007, DemoOfficeUpdates.OfUsers })
            await CliAsync(cancellationToken, "approve", update.ToString("D"), "--group", Above, "--deadline", "+7d");
        var desk = Add("desk", 26, Desks, "2010", OfUsers, bertIsLoggedOn: false);
        AgentNode[] computers =
        [
            Add("office-baseline", 21, Accounting, "2003", """{ "line": "2003", "source": "aip", "state": "baseline" }"""),
            Add("office-sp2", 22, Accounting, "2003", """{ "line": "2003", "source": "aip", "state": "sp2" }"""),
            Add("office-updated", 23, Accounting, "2003", """{ "line": "2003", "source": "aip", "state": "updated" }"""),
            Add("office-2007", 24, Accounting, "2007", """{ "line": "2007", "source": "aip", "state": "updated" }"""),
            Add("kiosk", 25, Accounting, "2010", OfUsers, bertIsLoggedOn: false),
            desk,
        ];
        await Task.WhenAll(computers.Select(computer => computer.StartAsync(cancellationToken)));

        await ReachAsync(DemoOfficeUpdates.Of2003, cancellationToken, ("office-baseline", null, "installed", null), ("office-sp2", null, "installed", null), ("office-updated", null, "not_installed", "updated_install_point"));
        await ReachAsync(DemoOfficeUpdates.Of2007, cancellationToken, ("office-2007", null, "installed", null));
        await ReachAsync(
            DemoOfficeUpdates.OfUsers, cancellationToken, ("kiosk", "anna", "not_installed", "per_user_never"), ("kiosk", "bert", "not_installed", "per_user_never"),
            ("desk", "anna", "not_installed", "per_user_never"), ("desk", "bert", "not_installed", "per_user_never"));
        await ExplainAsync(cancellationToken);

        log.Say($"Office: copies of users are updated at logon in {Desks}; Anna is logged on, Bert is not");
        await CliAsync(cancellationToken, "policy", "set", "--group", Desks, "--office-per-user", "at-logon");
        await ReachAsync(
            DemoOfficeUpdates.OfUsers, cancellationToken, ("kiosk", "anna", "not_installed", "per_user_never"), ("desk", "anna", "installed", null), ("desk", "bert", "not_installed", "user_not_logged_on"));

        log.Say("Office: Bert logs on at the desk");
        await File.WriteAllTextAsync(Path.Combine(desk.Folder, "facts.json"), Facts("2010", OfUsers, bertIsLoggedOn: true), cancellationToken);
        await ReachAsync(DemoOfficeUpdates.OfUsers, cancellationToken, ("desk", "anna", "installed", null), ("desk", "bert", "installed", null), ("kiosk", "bert", "not_installed", "per_user_never"));
    }

    private const string OfUsers = """{ "line": "2010", "user": "anna" }, { "line": "2010", "user": "bert" }""";

    private AgentNode Add(string name, int address, string group, string product, string office, bool bertIsLoggedOn = false)
        => tree.AddAgent(name, new AgentNode.Computer { Address = $"127.0.1.{address}", Servers = [root.GrpcUrl], Groups = [group], Facts = Facts(product, office, bertIsLoggedOn) });

    // The update's rule asks for the product's key, as those of Microsoft do.
    private static string Facts(string product, string office, bool bertIsLoggedOn) => $$"""
        {
          "os": { "platform": "Windows", "major": 10, "minor": 0, "build": 26100, "productType": 1, "suiteMask": 256, "architecture": "x64", "language": "en-US" },
          "root": "disk",
          "files": {},
          "registry": { "HKLM\\SOFTWARE\\Microsoft\\Office\\Office {{product}}\\Common": {} },
          "office": [ {{office}} ],
          "users": [ { "name": "anna", "loggedOn": true, "profile": "C:\\Users\\anna" }, { "name": "bert", "loggedOn": {{(bertIsLoggedOn ? "true" : "false")}}, "profile": "C:\\Users\\bert" } ]
        }
        """;

    private async Task ReachAsync(Guid update, CancellationToken cancellationToken, params (string Computer, string? User, string State, string? Hold)[] expected)
    {
        var title = "";
        await Until.TrueAsync(
            $"the root to know {string.Join(", ", expected)}", Patience,
            async token =>
            {
                var status = await CliAsync(token, "status", update.ToString("D"), "--limit", "0");
                title = status.GetProperty("update").GetProperty("title").GetString();
                var said = status.GetProperty("computers").EnumerateArray().Select(Said).ToHashSet();
                return expected.All(said.Contains);
            },
            cancellationToken);
        log.Detail($"{title}: {string.Join("; ", expected.Select(one => $"{one.Computer}{(one.User is null ? "" : $" ({one.User})")} {(one.Hold ?? one.State).Replace('_', ' ')}"))}");
    }

    private static (string, string?, string, string?) Said(JsonElement computer) => (
        computer.GetProperty("computer").GetString() ?? "", computer.GetProperty("user").GetString(), computer.GetProperty("state").GetString() ?? "", computer.GetProperty("hold").GetString());

    private async Task ExplainAsync(CancellationToken cancellationToken)
    {
        log.Say("Office: why was it not offered to office-updated?");
        var explained = await CliAsync(cancellationToken, "computers", "show", "office-updated", "--update", DemoOfficeUpdates.Of2003.ToString("D"));
        var lines = explained.GetProperty("outcome").EnumerateArray().Select(line => line.GetString() ?? "").ToArray();
        foreach (var line in lines) log.Detail(line);
        if (lines.Count(line => line.StartsWith("Remedy:", StringComparison.Ordinal)) != 3 || !lines.Any(line => line.Contains("Cc720471", StringComparison.Ordinal)))
            throw new DemoFailedException("The explanation gives no source, or not the three remedies.");
        if (explained.GetProperty("group").GetString() != Above || explained.GetProperty("deadline").ValueKind != JsonValueKind.String)
            throw new DemoFailedException($"The approval of {Above} with its deadline did not reach a computer in {Accounting}.");
    }

    private Task<JsonElement> CliAsync(CancellationToken cancellationToken, params string[] verb) => CliProgram.RunAsync(root.GrpcUrl, progress: null, cancellationToken, verb);
}
