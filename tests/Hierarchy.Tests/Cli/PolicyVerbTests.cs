using System.Xml.Linq;
using Hierarchy.Cli.Policies.Check;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Testing;
using Xunit;
using Encoding = System.Text.Encoding;
using File = System.IO.File;

namespace Hierarchy.Tests.Cli;

/// <summary>`policy`: what is decided, and what is written for Windows.</summary>
public sealed class PolicyVerbTests
{
    private static readonly XNamespace Template = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Set_EveryOption_AsksForWhatItSays()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(
            Token, "policy", "set", "--group", "Pilot", "--au-options", "4", "--schedule", "Sunday 03:00", "--detect-every", "4h", "--no-reboot-with-users", "on", "--always-reboot", "off", "--reboot-warning", "7m",
            "--reboot-reminder", "60m", "--install-minor", "on", "--tell-non-admins", "off", "--block-users", "on", "--include-recommended", "off", "--alternate-server", "none", "--office-per-user", "at-logon",
            "--office-licence", "per-user", "--block-office-online", "on");

        Assert.True(ran.ExitCode == 0, ran.Error);
        var request = Assert.IsType<SetPolicyRequest>(Assert.Single(server.Policies.Requests));
        Assert.Equal(
            new ClientPolicy
            {
                AutomaticUpdates = AutomaticUpdates.Scheduled, Schedule = new InstallSchedule { Day = 1, Hour = 3 }, DetectionHours = 4, NoRestartWithUsers = true, AlwaysRestartMinutes = 0, RestartWarningMinutes = 7,
                RestartReminderMinutes = 60, InstallMinorAtOnce = true, TellNonAdministrators = false, BlockUserAccess = true, IncludeRecommended = false, AlternateDownloadServer = "",
                PerUserOffice = PerUserOffice.AtLogon, OfficeLicence = OfficeLicence.PerUser, BlockOfficeOnline = true,
            },
            request.Policy);
        Assert.Equal(("Pilot", "admin@console", false), (request.Group, request.RequestedBy, request.WhatIf));
        Assert.Contains("1,200 of the computers", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_ThatIsWrong_SaysEverythingAtOnceAndAsksNothing()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, "policy", "set", "--group", "Pilot", "--schedule", "daily 03:30", "--detect-every", "4", "--block-users", "maybe", "--always-reboot", "soon");

        Assert.Equal(2, ran.ExitCode);
        foreach (var said in new[] { "--schedule takes", "--detect-every takes", "'maybe'", "--always-reboot takes" }) Assert.Contains(said, ran.Error, StringComparison.Ordinal);
        Assert.Empty(server.Policies.Requests);
    }

    [Theory]
    [InlineData("policy set --group Pilot")]
    [InlineData("policy set --au-options 4")]
    [InlineData("policy clear")]
    [InlineData("policy show --group Pilot --computer pc-1")]
    [InlineData("policy set --group Pilot --clear au")]
    [InlineData("policy export --group Pilot --format doc")]
    public async Task CommandLine_ThatSaysTooLittleOrTooMuch_IsUsage(string commandLine)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        Assert.Equal(2, (await server.RunAsync(Token, commandLine.Split(' '))).ExitCode);
        Assert.Empty(server.Policies.Requests);
    }

    [Fact]
    public async Task Export_Reg_ReadsBackAsItIsAndPassesTheCheck()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        using var folder = new TemporaryFolder();
        var arguments = new[] { "policy", "export", "--format", "reg", "--group", "Pilot", "--update-server", "https://updates.example:8531", "--no-internet-locations", "--out", folder.Path };

        var ran = await server.RunAsync(Token, arguments);

        Assert.True(ran.ExitCode == 0, ran.Error);
        Assert.Contains("Something else to know.", ran.Out, StringComparison.Ordinal);
        Assert.Equal(new GetRegistryPolicyRequest { Group = "Pilot", ServerUrl = "https://updates.example:8531", NoInternetLocations = true }, Assert.Single(server.Policies.Requests));
        var path = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.Equal("Hierarchy-Pilot__Berlin_.reg", Path.GetFileName(path));
        var bytes = await File.ReadAllBytesAsync(path, Token);
        Assert.Equal([0xFF, 0xFE], bytes[..2]);
        Assert.StartsWith("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\", Encoding.Unicode.GetString(bytes[2..]), StringComparison.Ordinal);
        var read = RegistryFileReader.Read(RegistryFileReader.Decode(bytes));
        Assert.Equal(server.Policies.Registry.Settings.Count, read.Count);
        foreach (var setting in server.Policies.Registry.Settings)
        {
            var value = read.Find($@"{(setting.OfUser ? "HKEY_CURRENT_USER" : "HKEY_LOCAL_MACHINE")}\{setting.Key}", setting.Name);
            Assert.NotNull(value);
            Assert.Equal(setting.ValueCase == RegistrySetting.ValueOneofCase.Text ? setting.Text : $"{setting.Number}", value.Shown);
        }

        var check = await Ran.RunAsync(["policy", "check", path, "--update-server", "https://updates.example:8531"], Token);
        Assert.True(check.ExitCode == 0, check.Out);
        Assert.Contains("nothing in them sends scans to Microsoft", check.Out, StringComparison.Ordinal);
        var again = await server.RunAsync(Token, arguments);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("there already", again.Error, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public async Task Export_RegWithControlCharacters_ReadsBackAsItIs()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        using var folder = new TemporaryFolder();
        server.Policies.Registry.Settings[5].Text = "two\r\nlines";

        Assert.Equal(0, (await server.RunAsync(Token, "policy", "export", "--format", "reg", "--group", "Pilot", "--out", folder.Path)).ExitCode);

        var read = RegistryFileReader.Read(RegistryFileReader.Decode(await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder.Path)), Token)));
        Assert.Equal("two\r\nlines", read.Find(@"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", "TargetGroup")?.Text);
    }

    [Fact]
    public async Task Export_Admx_WritesATemplateWithItsTexts()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        using var folder = new TemporaryFolder();

        var ran = await server.RunAsync(Token, "policy", "export", "--format", "admx", "--group", "Pilot", "--out", folder.Path);

        Assert.True(ran.ExitCode == 0, ran.Error);
        var definitions = XDocument.Load(Path.Combine(folder.Path, "Hierarchy-Pilot__Berlin_.admx")).Root!; // A document has a root.
        var resources = XDocument.Load(Path.Combine(folder.Path, "en-US", "Hierarchy-Pilot__Berlin_.adml")).Root!;
        Assert.Equal(Template + "policyDefinitions", definitions.Name);
        Assert.Equal(["policyNamespaces", "resources", "supportedOn", "categories", "policies"], definitions.Elements().Select(element => element.Name.LocalName));
        Assert.Equal(["displayName", "description", "resources"], resources.Elements().Select(element => element.Name.LocalName));
        var policies = definitions.Descendants(Template + "policy").ToArray();
        Assert.Equal(["Machine", "User"], policies.Select(policy => (string?)policy.Attribute("class")));
        Assert.All(policies, policy => Assert.Equal(["parentCategory", "supportedOn", "enabledList", "disabledList"], policy.Elements().Select(element => element.Name.LocalName)));
        Assert.Equal(
            server.Policies.Registry.Settings.Select(setting => (setting.Key, setting.Name, setting.ValueCase == RegistrySetting.ValueOneofCase.Text ? setting.Text : $"{setting.Number}")),
            definitions.Descendants(Template + "enabledList").Elements().Select(item =>
            {
                var value = item.Elements(Template + "value").Elements().Single();
                return (item.Attribute("key")!.Value, item.Attribute("valueName")!.Value, (string?)value.Attribute("value") ?? value.Value); // Every item has both.
            }));
        Assert.All(definitions.Descendants(Template + "disabledList").Elements(), item => Assert.NotNull(item.Element(Template + "value")!.Element(Template + "delete")));
        // What the one names, the other has.
        var strings = resources.Descendants(Template + "string").Select(text => text.Attribute("id")!.Value).ToHashSet();
        var named = definitions.DescendantsAndSelf().Attributes().Select(attribute => attribute.Value).Where(value => value.StartsWith("$(string.", StringComparison.Ordinal)).Select(value => value[9..^1]).ToArray();
        Assert.Equal(strings, named.ToHashSet());
        Assert.Contains("Pilot \"Berlin\"", resources.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_AdmxThatCannotHoldATextOrIsThere_WritesNothing()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "en-US"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "en-US", "Hierarchy-Pilot__Berlin_.adml"), "mine", Token);
        string[] arguments = ["policy", "export", "--format", "admx", "--group", "Pilot", "--out", folder.Path];

        var there = await server.RunAsync(Token, arguments);
        server.Policies.Registry.Settings[5].Text = new string('x', 256);
        var tooLong = await server.RunAsync(Token, arguments);

        Assert.Contains("there already", there.Error, StringComparison.Ordinal);
        Assert.Contains("at most 255 characters", tooLong.Error, StringComparison.Ordinal);
        Assert.Equal((1, 1), (there.ExitCode, tooLong.ExitCode));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
