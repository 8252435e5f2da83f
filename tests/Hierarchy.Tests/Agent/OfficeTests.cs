using System.Text.Json;
using Hierarchy.Protocol.Client.V1;
using Xunit;
using ClientPolicy = Hierarchy.Protocol.Catalog.V1.ClientPolicy;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;
using OfficeLicence = Hierarchy.Protocol.Catalog.V1.OfficeLicence;
using PerUserOffice = Hierarchy.Protocol.Catalog.V1.PerUserOffice;

namespace Hierarchy.Tests.Agent;

/// <summary>An agent with Office on its computer.</summary>
public sealed class OfficeTests : IAsyncLifetime
{
    private const string UserScript = """
        mkdir -p "$HIERARCHY_ROOT/C/Users/$HIERARCHY_USER"
        echo "$HIERARCHY_USER" >> "$HIERARCHY_ROOT/ran.txt"
        echo done > "$HIERARCHY_ROOT/C/Users/$HIERARCHY_USER/office.txt"
        """;

    private static readonly Guid Office2003 = new("1403f223-a63f-f572-82ba-c92391218055");
    private static readonly Guid Office2007 = new("041e4f9f-3a3d-4f58-8b2f-5e6fe95c4591");

    private FakeServer _server = null!; // set before every test
    private AgentUnderTest _agent = null!; // likewise

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _agent = new AgentUnderTest(_server.Url);
        foreach (var product in new[] { Office2003, Office2007 })
            _server.Add(new TestUpdate(product) { Type = "Category", Script = null, IsInstalled = "<lar:True/>" }, DecisionAction.Evaluate);
    }

    public async ValueTask DisposeAsync()
    {
        _agent.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("2003", "media", "unknown", true)]
    [InlineData("2003", "aip", "baseline", true)]
    [InlineData("2003", "aip", "sp2", true)]
    [InlineData("2003", "aip", "unknown", true)]
    [InlineData("2003", "aip", "updated", false)]
    [InlineData("2007", "aip", "updated", true)] // no update of 2003 is held because of a copy of 2007
    public async Task Once_Update_IsInstalledUnlessItsInstallPointWasUpdated(string line, string source, string state, bool isInstalled)
    {
        Facts(Users(), new { line, source, state });
        var update = new TestUpdate(1) { Categories = [Office2003] };
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal(isInstalled ? 1 : 0, _agent.Ran.Length);
        var status = _server.StatusOf(update)!;
        Assert.Equal(isInstalled ? (UpdateState.Installed, HoldReason.Unspecified) : (UpdateState.NotInstalled, HoldReason.UpdatedInstallPoint), (status.State, status.Hold));
        if (isInstalled)
        {
            Assert.Empty(report.Held);
            return;
        }

        var held = Assert.Single(report.Held);
        Assert.Equal(("UpdatedInstallPoint", update.Id), (held.Hold, held.UpdateId));
        Assert.Equal(3, held.Words.Count(word => word.StartsWith("Remedy:", StringComparison.Ordinal)));
        Assert.Empty(report.Downloaded);
    }

    [Fact]
    public async Task Once_SourceTakenBackToBaseline_IsInstalledThen()
    {
        Facts(Users(), new { line = "2003", source = "aip", state = "updated" });
        var update = new TestUpdate(1) { Categories = [Office2003] };
        _server.Add(update, DecisionAction.Install);
        await _agent.OnceAsync(Token);
        Assert.Empty(_agent.Ran);

        Facts(Users(), new { line = "2003", source = "aip", state = "baseline" });
        await _agent.OnceAsync(Token);

        Assert.Single(_agent.Ran);
        Assert.Equal((UpdateState.Installed, HoldReason.Unspecified), (_server.StatusOf(update)!.State, _server.StatusOf(update)!.Hold));
        Assert.Equal(OfficeSourceState.Baseline, Assert.Single(_server.Reports.Last().Office.Installations).SourceState);
    }

    [Theory]
    [InlineData(DecisionAction.Install, HoldReason.UpdatedInstallPoint)]
    [InlineData(DecisionAction.OptionalInstall, HoldReason.UpdatedInstallPoint)]
    [InlineData(DecisionAction.Evaluate, HoldReason.Unspecified)]
    [InlineData(DecisionAction.Uninstall, HoldReason.Unspecified)]
    public async Task Once_UpdatedInstallPoint_HoldsWhatIsApprovedForInstalling(DecisionAction action, HoldReason hold)
    {
        Facts(Users(), new { line = "2003", source = "aip", state = "updated" });
        var update = new TestUpdate(1) { Categories = [Office2003] };
        _server.Add(update, action);
        await _agent.OnceAsync(Token);
        Assert.Empty(_agent.Ran);
        Assert.Equal((UpdateState.NotInstalled, hold), (_server.StatusOf(update)!.State, _server.StatusOf(update)!.Hold));
    }

    [Fact]
    public async Task Once_UpdatesOfNoOffice_AreNotTouchedByTheRules()
    {
        Facts(Users(), new { line = "2003", source = "aip", state = "updated" });
        var update = new TestUpdate(1);
        _server.Add(update, DecisionAction.Install);
        Assert.True((await _agent.OnceAsync(Token)).IsOk);
        Assert.Single(_agent.Ran);
    }

    [Fact]
    public async Task Once_CopiesOfUsersAndNothingDecided_AreHeldForEach()
    {
        Facts(Users("anna", "bert"), OfUser("anna"), OfUser("bert"));
        var update = ForUsers();
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Empty(_agent.Ran);
        Assert.Equal(["anna", "bert"], report.Held.Select(held => held.User));
        foreach (var user in new[] { "anna", "bert" })
            Assert.Equal((UpdateState.NotInstalled, HoldReason.PerUserNever), (_server.StatusOf(update, user)!.State, _server.StatusOf(update, user)!.Hold));
        Assert.Equal(UpdateState.NotApplicable, _server.StatusOf(update)!.State);
    }

    [Fact]
    public async Task Once_CopiesOfUsersAtLogon_EachIsUpdatedWhileThatUserIsLoggedOn()
    {
        _server.Policy = new ClientPolicy { PerUserOffice = PerUserOffice.AtLogon };
        Facts(Users("anna"), OfUser("anna"), OfUser("bert"));
        var update = ForUsers();
        _server.Add(update, DecisionAction.Install);

        var first = await _agent.OnceAsync(Token);

        Assert.True(first.IsOk, first.ToJson());
        Assert.Equal("anna", Assert.Single(first.Installed).User);
        Assert.Equal("bert", Assert.Single(first.Held).User);
        Assert.Equal(["anna"], _agent.Ran);
        Assert.Equal(UpdateState.Installed, _server.StatusOf(update, "anna")!.State);
        Assert.Equal((UpdateState.NotInstalled, HoldReason.UserNotLoggedOn), (_server.StatusOf(update, "bert")!.State, _server.StatusOf(update, "bert")!.Hold));

        Facts(Users("bert"), OfUser("anna"), OfUser("bert"));
        var second = await _agent.OnceAsync(Token);

        Assert.Equal("bert", Assert.Single(second.Installed).User);
        Assert.Empty(second.Held);
        Assert.Equal(["anna", "bert"], _agent.Ran);
        Assert.Equal((UpdateState.Installed, HoldReason.Unspecified), (_server.StatusOf(update, "bert")!.State, _server.StatusOf(update, "bert")!.Hold));
    }

    [Fact]
    public async Task Once_CopyOfTheComputerLicensedPerUser_IsUpdatedForUsers()
    {
        _server.Policy = new ClientPolicy { PerUserOffice = PerUserOffice.AtLogon, OfficeLicence = OfficeLicence.PerUser };
        Facts(Users("anna"), new { line = "2003", source = "media" });
        var update = ForUsers();
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.Equal("anna", Assert.Single(report.Installed).User);
        Assert.Equal("bert", Assert.Single(report.Held).User);
    }

    [Fact]
    public async Task Run_UserLogsOn_IsUpdatedThenWithoutWaitingForADetection()
    {
        _server.Policy = new ClientPolicy { PerUserOffice = PerUserOffice.AtLogon };
        Facts(Users(), OfUser("anna"));
        var update = ForUsers();
        _server.Add(update, DecisionAction.Install);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = _agent.RunAsync(_ => { }, stop.Token);
        await Waiting.ForAsync(() => _server.StatusOf(update, "anna") is { Hold: HoldReason.UserNotLoggedOn }, "it waits for Anna", Token);
        Assert.Empty(_agent.Ran);

        Facts(Users("anna"), OfUser("anna"));
        await Waiting.ForAsync(() => _server.StatusOf(update, "anna") is { State: UpdateState.Installed }, "Anna's copy is updated", Token);
        await stop.CancelAsync();
        await running;
        Assert.Equal(["anna"], _agent.Ran);
    }

    [Fact]
    public async Task Once_WantedAgainAfterTwoInstallations_IsHeldUntilSomethingChanges()
    {
        Facts(Users("anna"), new { line = "2003", source = "media" }, OfUser("anna"));
        var update = new TestUpdate(1) { Categories = [Office2003], Script = "echo tried >> \"$HIERARCHY_ROOT/ran.txt\"" };
        _server.Add(update, DecisionAction.Install);

        for (var cycle = 0; cycle < 4; cycle++) await _agent.OnceAsync(Token);
        Assert.Equal(2, _agent.Ran.Length);
        Assert.Equal(HoldReason.StillWantedMixed, _server.StatusOf(update)!.Hold);

        // Another set of copies: the user's is gone.
        Facts(Users("anna"), new { line = "2003", source = "media" });
        for (var cycle = 0; cycle < 4; cycle++) await _agent.OnceAsync(Token);
        Assert.Equal(4, _agent.Ran.Length);
        Assert.Equal(HoldReason.StillWanted, _server.StatusOf(update)!.Hold);
    }

    [Fact]
    public async Task Once_InstallerThatFails_IsNoTryThatCounts()
    {
        Facts(Users(), new { line = "2003", source = "media" });
        var update = new TestUpdate(1) { Categories = [Office2003], Script = "echo tried >> \"$HIERARCHY_ROOT/ran.txt\"; exit 5" };
        _server.Add(update, DecisionAction.Install);
        for (var cycle = 0; cycle < 3; cycle++) await _agent.OnceAsync(Token);
        Assert.Equal(3, _agent.Ran.Length);
        Assert.Equal((UpdateState.Failed, HoldReason.Unspecified), (_server.StatusOf(update)!.State, _server.StatusOf(update)!.Hold));
    }

    [Fact]
    public async Task Once_ClickToRun_IsToldAsNotServiced()
    {
        Facts(Users(), new { line = "click-to-run" });
        var category = new Guid("25aed893-7c2d-4a31-ae22-28ff8ac150ed");
        _server.Add(new TestUpdate(category) { Type = "Category", Script = null, IsInstalled = "<lar:True/>" }, DecisionAction.Evaluate);
        var update = new TestUpdate(1) { Categories = [category], IsInstallable = "<lar:False/>" };
        _server.Add(update, DecisionAction.Install);
        Assert.True((await _agent.OnceAsync(Token)).IsOk);
        Assert.Equal((UpdateState.NotApplicable, HoldReason.ClickToRun), (_server.StatusOf(update)!.State, _server.StatusOf(update)!.Hold));
    }

    [Fact]
    public async Task Once_OfficeChanged_IsReportedThoughNoStateDid()
    {
        Facts(Users(), new { line = "2003", source = "media" });
        await _agent.OnceAsync(Token);
        Assert.Equal(OfficeProductLine._2003, Assert.Single(_server.Reports.Last().Office.Installations).Line);

        Facts(Users());
        await _agent.OnceAsync(Token);
        Assert.True(_server.Reports.Last().Office.Known);
        Assert.Empty(_server.Reports.Last().Office.Installations);
    }

    [Fact]
    public async Task Once_OfficeOnlineBlocked_SaysWhatWouldBeWrittenAndWhatObeysNothing()
    {
        _server.Policy = new ClientPolicy { BlockOfficeOnline = true };
        Facts(Users("anna"), new { line = "2003", source = "media" }, new { line = "2007" });
        await _agent.OnceAsync(Token);

        var state = OnlineState();
        Assert.True(state.GetProperty("blocked").GetBoolean());
        var value = Assert.Single(state.GetProperty("values").EnumerateArray().ToArray());
        Assert.Equal((@"Software\Policies\Microsoft\Office\Common\OfficeUpdate", "BlockUpdates", 1), (value.GetProperty("key").GetString(), value.GetProperty("name").GetString(), value.GetProperty("data").GetInt32()));
        Assert.Equal(["(default)", "anna", "bert"], state.GetProperty("users").EnumerateArray().Select(user => user.GetString()));
        Assert.Contains("Office 2003: not enforceable", Assert.Single(state.GetProperty("not_enforceable").EnumerateArray().ToArray()).GetString(), StringComparison.Ordinal);

        _server.Policy = null;
        await _agent.OnceAsync(Token);
        Assert.False(OnlineState().GetProperty("blocked").GetBoolean());
        Assert.Empty(OnlineState().GetProperty("users").EnumerateArray());
    }

    [Fact]
    public async Task Once_NothingDecidedOfOfficeOnline_WritesNothing()
    {
        Facts(Users(), new { line = "2007" });
        await _agent.OnceAsync(Token);
        Assert.False(File.Exists(Path.Combine(_agent.StatePath, "office-online.json")));
    }

    private static TestUpdate ForUsers() => new(1) { Categories = [Office2003], Script = UserScript, IsInstalled = """<bar:FileExists Path="\office.txt" Csidl="40"/>""" };

    private static object OfUser(string user) => new { line = "2003", source = "media", user };

    // Both have a profile; those named are logged on.
    private static object[] Users(params string[] loggedOn) => [.. new[] { "anna", "bert" }.Select(name => new { name, loggedOn = loggedOn.Contains(name), profile = $@"C:\Users\{name}" })];

    private void Facts(object[] users, params object[] office) => File.WriteAllBytes(
        _agent.FactsPath, JsonSerializer.SerializeToUtf8Bytes(new { os = new { major = 10, build = 26100 }, root = "root", registry = new { }, office, users }));

    private JsonElement OnlineState() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_agent.StatePath, "office-online.json"))).RootElement.Clone();
}
