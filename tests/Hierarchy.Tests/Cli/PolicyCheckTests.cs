using System.Text;
using System.Text.Json;
using Hierarchy.Cli.Policies.Check;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`policy check`: what in the settings of a computer sends its scans to Microsoft.</summary>
public sealed class PolicyCheckTests
{
    private const string Good =
        """
        Windows Registry Editor Version 5.00

        [HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate]
        "WUServer"="https://updates.example:8531"
        "WUStatusServer"="https://updates.example:8531/"
        "DisableDualScan"=dword:00000001
        "SetPolicyDrivenUpdateSourceForFeatureUpdates"=dword:00000001
        "SetPolicyDrivenUpdateSourceForQualityUpdates"=dword:00000001
        "SetPolicyDrivenUpdateSourceForDriverUpdates"=dword:00000001
        "SetPolicyDrivenUpdateSourceForOtherUpdates"=dword:00000001
        "TargetReleaseVersion"=dword:00000001
        "TargetReleaseVersionInfo"="24H2"

        [HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU]
        "UseWUServer"=dword:00000001
        "UseUpdateClassPolicySource"=dword:00000001
        "AUOptions"=dword:00000004

        """;

    private const string Windows = @"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Of_WhatIsAsItShouldBe_FindsNothing() => Assert.Empty(Find(Good));

    [Theory]
    // A line that is replaced (empty: none), what comes in its place, and the finding: severity and value.
    [InlineData("\"WUServer\"=\"https://updates.example:8531\"\n", "", "Error WUServer")]
    [InlineData("\"UseWUServer\"=dword:00000001", "\"UseWUServer\"=dword:00000000", "Error UseWUServer")]
    [InlineData("\"UseWUServer\"=dword:00000001\n", "", "Error UseWUServer")]
    [InlineData("\"UseWUServer\"=dword:00000001", "\"UseWUServer\"=\"1\"", "Error UseWUServer")]
    [InlineData("\"WUStatusServer\"=\"https://updates.example:8531/\"\n", "", "Error WUStatusServer")]
    [InlineData("\"WUStatusServer\"=\"https://updates.example:8531/\"", "\"WUStatusServer\"=\"https://other.example:8531\"", "Error WUStatusServer")]
    [InlineData("https://updates.example:8531", "http://updates.example:8530", "Warning WUServer")]
    [InlineData("https://updates.example:8531", "http://updates.example:8531", "Error WUServer")]
    [InlineData("https://updates.example:8531", "https://updates.example:8530", "Error WUServer")]
    [InlineData("https://updates.example:8531", "https://updates.example", "Warning WUServer")]
    [InlineData("https://updates.example:8531", "updates.example", "Error WUServer")]
    [InlineData("https://updates.example:8531", "https://fe2.update.microsoft.com:8531", "Error WUServer")]
    [InlineData("\"SetPolicyDrivenUpdateSourceForQualityUpdates\"=dword:00000001", "\"SetPolicyDrivenUpdateSourceForQualityUpdates\"=dword:00000000", "Error SetPolicyDrivenUpdateSourceForQualityUpdates")]
    [InlineData("\"SetPolicyDrivenUpdateSourceForDriverUpdates\"=dword:00000001\n", "", "Warning SetPolicyDrivenUpdateSourceForDriverUpdates")]
    [InlineData("\"UseUpdateClassPolicySource\"=dword:00000001\n", "", "Error UseUpdateClassPolicySource")]
    [InlineData("", "\"NoAutoUpdate\"=dword:00000001", "Error NoAutoUpdate")]
    [InlineData("\"AUOptions\"=dword:00000004", "\"AUOptions\"=dword:00000001", "Warning AUOptions")]
    [InlineData("", "\"DetectionFrequency\"=dword:00000004", "Warning DetectionFrequencyEnabled")]
    [InlineData("", "[" + Windows + "]\n\"TargetGroupEnabled\"=dword:00000001", "Warning TargetGroup")]
    [InlineData("", "[" + Windows + "]\n\"TargetGroup\"=\"Pilot\"", "Warning TargetGroupEnabled")]
    [InlineData("", "[" + Windows + "]\n\"DisableWindowsUpdateAccess\"=dword:00000001", "Error DisableWindowsUpdateAccess")]
    [InlineData("", "[" + Windows + "]\n\"FillEmptyContentUrls\"=dword:00000001", "Warning FillEmptyContentUrls")]
    [InlineData("", "[" + Windows + "]\n\"UseWUServer\"=dword:00000001", "Warning UseWUServer")]
    [InlineData("", "[" + Windows + "]\n\"UpdateServiceUrlAlternate\"=\"http://download.windowsupdate.com\"", "Warning UpdateServiceUrlAlternate")]
    [InlineData("", @"[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Policies\Microsoft\Windows\WindowsUpdate]" + "\n\"WUServer\"=\"http://x:8530\"", "Warning WUServer")]
    [InlineData("", @"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PolicyManager\current\device\Update]" + "\n\"AllowAutoUpdate\"=dword:00000002", "Warning AllowAutoUpdate")]
    [InlineData("", @"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PolicyManager\current\device\Update]" + "\n\"AllowUpdateService\"=dword:00000000", "Error AllowUpdateService")]
    [InlineData("", @"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PolicyManager\current\device\Update]" + "\n\"UpdateServiceUrl\"=\"http://other:8530\"", "Error UpdateServiceUrl")]
    [InlineData("", @"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PolicyManager\Providers\B7A1\default\device\Update]" + "\n\"X\"=dword:00000001", "Warning ")]
    public void Of_OneThingThatIsWrong_FindsItAlone(string line, string instead, string finding)
        => Assert.Equal([finding], Find(line.Length == 0 ? Good + instead : Good.Replace(line, instead, StringComparison.Ordinal)).Select(found => $"{found.Severity} {found.Name}"));

    [Theory]
    [InlineData("\"DeferQualityUpdates\"=dword:00000001")]
    [InlineData("\"DeferFeatureUpdatesPeriodInDays\"=dword:0000001e")]
    [InlineData("\"BranchReadinessLevel\"=dword:00000010")]
    [InlineData("\"PauseQualityUpdatesStartTime\"=\"2026-11-01\"")]
    [InlineData("\"DeferUpgrade\"=dword:00000001")]
    public void Of_Deferral_IsAnErrorUnlessSomethingPreventsDualScan(string deferral)
    {
        var everything = Good.Replace("\"DisableDualScan\"", deferral + "\n\"DisableDualScan\"", StringComparison.Ordinal);
        var disabled = everything.Replace("SetPolicyDriven", "SomethingElse", StringComparison.Ordinal).Replace("\"UseUpdateClassPolicySource\"", "\"SomethingElse\"", StringComparison.Ordinal);
        var nothing = disabled.Replace("\"DisableDualScan\"=dword:00000001", "\"DisableDualScan\"=dword:00000000", StringComparison.Ordinal);

        Assert.Empty(Find(everything));
        Assert.Equal([FindingSeverity.Warning], Find(everything.Replace("\"DisableDualScan\"=dword:00000001\n", "", StringComparison.Ordinal)).Select(found => found.Severity));
        Assert.Equal([FindingSeverity.Warning], Find(disabled).Select(found => found.Severity));
        var found = Find(nothing);
        Assert.Equal([FindingSeverity.Error, FindingSeverity.Warning], found.Select(finding => finding.Severity));
        Assert.Contains("dual scan", found[0].Why, StringComparison.Ordinal);
        Assert.Equal("DisableDualScan", found[1].Name);
    }

    [Theory]
    [InlineData("\"DeferQualityUpdates\"=dword:00000000")]
    [InlineData("\"TargetReleaseVersion\"=dword:00000001")]
    [InlineData("\"ExcludeWUDriversInQualityUpdate\"=dword:00000001")]
    public void Of_WhatDefersNothing_IsNoFinding(string value)
        => Assert.DoesNotContain(Find(Good.Replace("\"DisableDualScan\"=dword:00000001", value, StringComparison.Ordinal)), found => found.Severity == FindingSeverity.Error);

    [Fact]
    public void Of_ServerThatNobodyNamed_IsAnError()
    {
        var found = Assert.Single(PolicyCheck.Of(RegistryFileReader.Read(Good), [new Uri("http://other.example:8530"), new Uri("https://UPDATES.example:8532")]));

        Assert.Equal((FindingSeverity.Error, "WUServer"), (found.Severity, found.Name));
        Assert.Empty(PolicyCheck.Of(RegistryFileReader.Read(Good), [new Uri("https://UPDATES.example:8531/")]));
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-8", false)]
    [InlineData("latin1", false)]
    public void Read_EveryEncoding_MeansTheSame(string name, bool hasMark)
    {
        var encoding = Encoding.GetEncoding(name);
        var text = Good.Replace("\"TargetReleaseVersionInfo\"=\"24H2\"", "\"TargetGroup\"=\"Größe\"\n\"TargetGroupEnabled\"=dword:1", StringComparison.Ordinal).ReplaceLineEndings("\r\n");

        var read = RegistryFileReader.Read(RegistryFileReader.Decode([.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]));

        Assert.Equal("Größe", read.Find(Windows, "targetgroup")?.Text);
        Assert.Empty(PolicyCheck.Of(read, []));
    }

    [Fact]
    public void Read_AllKindsOfValues_AreUnderstood()
    {
        var read = RegistryFileReader.Read(
            "Windows Registry Editor Version 5.00\r\n\r\n; a comment\r\n[HKLM\\A]\r\n@=\"default\"\r\n\"text\"=\"a \\\"quoted\\\" \\\\ word\"\r\n\"lines\"=\"one\r\ntwo\"\r\n\"number\"=dword:0000ff00 ; behind\r\n"
            + "\"expand\"=hex(2):25,00,41,00,25,00,\\\r\n  00,00\r\n\"multi\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n\"quad\"=hex(b):01,00,00,00,00,00,00,00\r\n\"dword\"=hex(4):02,00,00,00\r\n\"bytes\"=hex:01,02\r\n"
            + "\"gone\"=dword:1\r\n\"gone\"=-\r\n[HKLM\\A\\B]\r\n\"x\"=dword:1\r\n[HKLM\\AB]\r\n\"x\"=dword:1\r\n[-HKLM\\A\\B]\r\n");

        Assert.Equal(
            ["=default", "bytes=(bytes)", "dword=2", "expand=%A%", "lines=one\r\ntwo", "multi=a\nb", "number=65280", "quad=1", "text=a \"quoted\" \\ word"],
            read.Of(@"HKEY_LOCAL_MACHINE\A").Select(value => $"{value.Name}={value.Shown}"));
        Assert.Empty(read.Of(@"HKEY_LOCAL_MACHINE\A\B"));
        Assert.Single(read.Of(@"HKEY_LOCAL_MACHINE\AB"));
    }

    [Theory]
    [InlineData("nonsense", "line 2: neither a key nor a value")]
    [InlineData("[HKLM\\A]\n\"x\"=dword:xyz", "line 3: 'xyz' is no number")]
    [InlineData("[HKLM\\A]\n\"x\"=hex:01,zz", "line 3: 'zz' is no byte")]
    [InlineData("[HKLM\\A]\n\"x\"=hex:01,\\", "in the middle of bytes")]
    [InlineData("[HKLM\\A]\n\"x", "a text has no end")]
    [InlineData("[HKLM\\A", "no closing bracket")]
    [InlineData("[HKLM\\A]\n\"x\"=\"y\" z", "line 3: 'z' behind a text")]
    public void Read_WhatIsNotUnderstood_IsAnErrorWithItsLine(string text, string said)
        => Assert.Contains(said, Assert.Throws<FormatException>(() => RegistryFileReader.Read("REGEDIT4\n" + text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Report_OfGpresult_TellsWhatThePoliciesWrite()
    {
        var (values, notUnderstood) = PolicyReportReader.Read(Report(
            Policy("Specify intranet Microsoft update service location", Field("EditText", "Set the intranet update service for detecting updates:", "http://updates.example:8530"), Field("EditText", "Set the intranet statistics server:", "http://updates.example:8530")),
            Policy("Configure Automatic Updates", Choice("Configure automatic updating:", "4 - Auto download and schedule the install")),
            Policy("Select when Quality Updates are received"),
            Policy("Select when Preview Builds and Feature Updates are received", precedence: 2),
            Policy("Something of a later Windows"),
            """<q1:RegistrySetting><q1:Precedence>1</q1:Precedence><q1:KeyPath>Software\Policies\Microsoft\Windows\WindowsUpdate</q1:KeyPath><q1:Value><q1:Name>DisableDualScan</q1:Name><q1:Number>1</q1:Number></q1:Value></q1:RegistrySetting>"""));

        Assert.Equal(["AUOptions=4", "NoAutoUpdate=0", "UseWUServer=1"], values.Of(Windows + @"\AU").Select(value => $"{value.Name}={value.Shown}"));
        Assert.Equal(["DeferQualityUpdates=1", "DisableDualScan=1", "WUServer=http://updates.example:8530", "WUStatusServer=http://updates.example:8530"], values.Of(Windows).Select(value => $"{value.Name}={value.Shown}"));
        Assert.Equal(["Something of a later Windows"], notUnderstood);
        Assert.Equal(["Warning WUServer", "Warning DeferQualityUpdates"], PolicyCheck.Of(values, []).Select(found => $"{found.Severity} {found.Name}"));
    }

    [Fact]
    public void Report_WithSourcesOfClasses_IsUnderstood()
    {
        var (values, _) = PolicyReportReader.Read(Report(Policy(
            "Specify source service for specific classes of Windows Updates", Choice("Feature Updates", "Windows Server Update Services"), Choice("Quality Updates", "Windows Update"),
            Choice("Driver Updates", "Windows Server Update Services"), Choice("Other Updates", "Windows Server Update Services"))));

        Assert.Equal(
            ["SetPolicyDrivenUpdateSourceForDriverUpdates=1", "SetPolicyDrivenUpdateSourceForFeatureUpdates=1", "SetPolicyDrivenUpdateSourceForOtherUpdates=1", "SetPolicyDrivenUpdateSourceForQualityUpdates=0"],
            values.Of(Windows).Select(value => $"{value.Name}={value.Shown}"));
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><Rsop>&e;</Rsop>", "no XML")]
    [InlineData("<Other />", "not <Rsop>")]
    [InlineData("<Rsop />", "no results for the computer")]
    public void Report_ThatIsNone_IsAnError(string xml, string said)
        => Assert.Contains(said, Assert.Throws<FormatException>(() => PolicyReportReader.Read("<?xml version=\"1.0\"?>" + xml)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("<html><body>Group Policy Results</body></html>", "HTML")]
    [InlineData("Nothing of the kind", "neither a registry file nor a report")]
    [InlineData("REGEDIT4\nnonsense", "line 2")]
    public async Task Check_FileOfAnotherKind_IsOneClearError(string text, string said)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(path, text, Token);

        var ran = await Ran.RunAsync(["policy", "check", path], Token);

        Assert.Equal((1, ""), (ran.ExitCode, ran.Out));
        Assert.Contains(said, ran.Error, StringComparison.Ordinal);
        Assert.Contains("Next:", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WithErrors_SaysEachAndEndsWithOne()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "wu.reg");
        await File.WriteAllTextAsync(path, Good.Replace("\"UseWUServer\"=dword:00000001", "\"UseWUServer\"=dword:00000000", StringComparison.Ordinal), Encoding.Unicode, Token);

        var text = await Ran.RunAsync(["policy", "check", path], Token);
        var json = await Ran.RunAsync(["--output", "json", "policy", "check", path], Token);

        Assert.Equal((1, 1), (text.ExitCode, json.ExitCode));
        Assert.Contains("ERROR " + Windows + @"\AU UseWUServer: is 0", text.Out, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(json.Out);
        Assert.Equal(1, document.RootElement.GetProperty("errors").GetInt32());
        var finding = document.RootElement.GetProperty("findings")[0];
        Assert.Equal(["error", Windows + @"\AU", "UseWUServer", "0"], new[] { "severity", "key", "name", "found" }.Select(name => finding.GetProperty(name).GetString()));
        Assert.Equal("Set it to 1 (REG_DWORD).", finding.GetProperty("remedy").GetString());
    }

    private static IReadOnlyList<PolicyFinding> Find(string text) => PolicyCheck.Of(RegistryFileReader.Read(text.ReplaceLineEndings("\r\n")), []);

    private static string Report(params string[] content) =>
        $"""
        <?xml version="1.0" encoding="utf-16"?>
        <Rsop xmlns="http://www.microsoft.com/GroupPolicy/Rsop"><ComputerResults><ExtensionData>
        <Extension xmlns:q1="http://www.microsoft.com/GroupPolicy/Settings/Registry">{string.Join('\n', content)}</Extension><Name>Registry</Name>
        </ExtensionData></ComputerResults></Rsop>
        """;

    private static string Policy(string name, params string[] fields) => Policy(name, 1, fields);

    private static string Policy(string name, int precedence, params string[] fields) =>
        $"<q1:Policy><q1:Precedence>{precedence}</q1:Precedence><q1:Name>{name}</q1:Name><q1:State>Enabled</q1:State><q1:Category>Windows Components/Windows Update/Manage</q1:Category>{string.Concat(fields)}</q1:Policy>";

    private static string Field(string kind, string name, string value) => $"<q1:{kind}><q1:Name>{name}</q1:Name><q1:State>Enabled</q1:State><q1:Value>{value}</q1:Value></q1:{kind}>";

    private static string Choice(string name, string value) => $"<q1:DropDownList><q1:Name>{name}</q1:Name><q1:State>Enabled</q1:State><q1:Value><q1:Name>{value}</q1:Name></q1:Value></q1:DropDownList>";
}
