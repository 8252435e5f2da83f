using System.Text.Json;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Office;
using Xunit;

namespace Hierarchy.Tests.Office;

/// <summary>Registries as Windows Installer leaves them, written down.</summary>
public sealed class OfficeRegistryTests
{
    private const string Computer = "S-1-5-18";
    private const string Anna = "S-1-5-21-1-2-3-1001";
    private const string Professional2003 = "9040110900063D11C8EF10054038389C";
    private const string ProfessionalXp = "9040110900063D11C8EF00054038389C";
    private const string Professional2007 = "00002109110000000000000000F01FEC";
    private const string UserData = @"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Installer\UserData";

    private readonly Dictionary<string, Dictionary<string, object>> _keys = [];

    [Theory]
    [InlineData(Professional2003, "{90110409-6000-11D3-8CFE-0150048383C9}", OfficeProductLine.Office2003)]
    [InlineData(ProfessionalXp, "{90110409-6000-11D3-8CFE-0050048383C9}", OfficeProductLine.Xp2002)]
    [InlineData(Professional2007, "{90120000-0011-0000-0000-0000000FF1CE}", OfficeProductLine.Office2007)]
    public void Unpack_KeyOfTheInstaller_IsTheProductCode(string packed, string code, OfficeProductLine line)
    {
        Assert.Equal(code, OfficeProductCode.Unpack(packed));
        Assert.Equal(line, OfficeProductCode.Find(code)!.Value.Line);
    }

    [Theory]
    [InlineData("{90140000-0011-0000-1000-0000000FF1CE}", "2010")]
    [InlineData("{90150000-0011-0000-1000-0000000FF1CE}", "2013")]
    [InlineData("{90160000-0011-0000-1000-0000000FF1CE}", "2016")]
    [InlineData("{90160000-008C-0000-1000-0000000FF1CE}", null)] // the part of Click-to-Run that Windows Installer knows
    [InlineData("{26A24AE4-039D-4CA4-87B4-2F64180201F0}", null)] // Java
    [InlineData("nonsense", null)]
    public void Find_ProductCode_TellsWhichOffice(string code, string? version)
        => Assert.Equal(version, OfficeProductCode.Find(code)?.Version);

    [Theory]
    [InlineData("too short")]
    [InlineData("9040110900063D11C8EF10054038389G")]
    public void Unpack_WhatIsNoPackedCode_IsNone(string packed) => Assert.Null(OfficeProductCode.Unpack(packed));

    [Theory]
    [InlineData("m;1;", "11.0.5614.0", null, false, OfficeSourceKind.Media, OfficeSourceState.Unknown)]
    [InlineData(@"n;1;C:\MSOCache\All Users\90000409-6000-11D3-8CFE-0150048383C9\", "11.0.5614.0", null, false, OfficeSourceKind.Media, OfficeSourceState.Unknown)]
    [InlineData(@"n;1;\\server\office\", "11.0.5614.0", false, false, OfficeSourceKind.Media, OfficeSourceState.Unknown)]
    [InlineData(@"n;1;\\server\office\", "11.0.5614.0", true, false, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Unknown)]
    [InlineData(@"n;1;\\server\office\", "11.0.6361.0", true, false, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Updated)]
    [InlineData(@"n;1;\\server\office\", "11.0.6361.0", true, true, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Unknown)] // the patch, not the source, may have brought it there
    [InlineData(@"n;1;\\server\office\", "11.0.7969.0", true, false, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Sp2OrLater)]
    [InlineData(@"n;1;\\server\office\", "11.0.8173.0", true, false, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Sp2OrLater)]
    [InlineData(@"n;1;\\server\office\", "11.0.6361.0", null, false, OfficeSourceKind.Unknown, OfficeSourceState.Unknown)]
    public void Read_2003OfTheComputer_SourceIsToldByListVersionAndPackage(string source, string version, bool? isImage, bool isPatched, OfficeSourceKind kind, OfficeSourceState state)
    {
        Add(Computer, Professional2003, version, isPatched);
        _keys[$@"HKLM\SOFTWARE\Classes\Installer\Products\{Professional2003}\SourceList"] = new() { ["LastUsedSource"] = new { type = "REG_EXPAND_SZ", data = source } };

        var copy = Assert.Single(Read(isImage).Installations);

        Assert.Equal((OfficeProductLine.Office2003, kind, state, ""), (copy.Line, copy.SourceKind, copy.SourceState, copy.User));
        Assert.Equal(("{90110409-6000-11D3-8CFE-0150048383C9}", "Microsoft Office"), (copy.ProductCode, copy.Name));
    }

    [Theory]
    [InlineData("10.0.2627.01", OfficeSourceState.Unknown)]
    [InlineData("10.0.6626.0", OfficeSourceState.Updated)]
    public void Read_XpFromInstallPoint_HasNoServicePackThatHelps(string version, OfficeSourceState state)
    {
        Add(Computer, ProfessionalXp, version);
        Assert.Equal((OfficeSourceKind.AdministrativeInstallPoint, state), Assert.Single(Read(isImage: true).Installations) is var copy ? (copy.SourceKind, copy.SourceState) : default);
    }

    [Fact]
    public void Read_CopyOfAUserWhoseHiveIsNotLoaded_IsThatUsersWithUnknownSource()
    {
        Add(Anna, Professional2003, "11.0.5614.0");
        var copy = Assert.Single(Read(isImage: null).Installations);
        Assert.Equal((Anna, OfficeSourceKind.Unknown, true), (copy.User, copy.SourceKind, copy.IsSourceUncertain));
    }

    [Fact]
    public void Read_CopyOfAUserWhoseHiveIsLoaded_HasTheSourceOfTheHive()
    {
        Add(Anna, Professional2003, "11.0.5614.0");
        _keys[$@"HKU\{Anna}\Software\Microsoft\Installer\Products\{Professional2003}\SourceList"] = new() { ["LastUsedSource"] = "m;1;" };
        Assert.Equal(OfficeSourceKind.Media, Assert.Single(Read(isImage: null).Installations).SourceKind);
    }

    [Fact]
    public void Read_ProgramsOfASuiteOf2007_AreOneCopy()
    {
        Add(Computer, Professional2007, "12.0.4518.1014");
        Add(Computer, "00002109510090400000000000F01FEC", "12.0.4518.1014");
        Assert.Equal((OfficeProductLine.Office2007, "{90120000-0011-0000-0000-0000000FF1CE}"), Assert.Single(Read(isImage: null).Installations) is var copy ? (copy.Line, copy.ProductCode) : default);
    }

    [Fact]
    public void Read_ClickToRun_IsToldAndNothingElse()
    {
        _keys[@"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"] = new() { ["ProductReleaseIds"] = "O365ProPlusRetail", ["VersionToReport"] = "16.0.17328.20162" };
        var copy = Assert.Single(Read(isImage: null).Installations);
        Assert.Equal((OfficeProductLine.ClickToRun, "16.0.17328.20162", "O365ProPlusRetail"), (copy.Line, copy.Version, copy.Name));
    }

    [Fact]
    public void ReadUsers_ProfilesAndOpenSessions_AreUsersAndWhoIsLoggedOn()
    {
        foreach (var sid in new[] { Anna, "S-1-5-21-1-2-3-1002", Computer })
            _keys[$@"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\{sid}"] = new() { ["ProfileImagePath"] = $@"C:\Users\{sid[^4..]}" };
        _keys[$@"HKU\{Anna}\Volatile Environment"] = [];

        Assert.Equal([new OfficeUser(Anna, true, @"C:\Users\1001"), new OfficeUser("S-1-5-21-1-2-3-1002", false, @"C:\Users\1002")], Facts().ReadUsers().OrderBy(user => user.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void Read_RegistryThatIsNotKnown_IsNotKnown()
    {
        Assert.False(FactSet.Empty.ReadOffice().IsKnown);
        Assert.Equal((true, 0), Facts().ReadOffice() is var report ? (report.IsKnown, report.Installations.Count) : default);
    }

    [Fact]
    public void Facts_SectionsOfficeAndUsers_GoBeforeTheRegistry()
    {
        Add(Computer, Professional2007, "12.0.4518.1014");
        var facts = FactSetReader.Read(JsonSerializer.SerializeToUtf8Bytes(new
        {
            registry = _keys,
            office = new object[] { new { line = "2003", source = "aip", state = "updated", name = "Office" }, new { line = "xp", source = "media", user = "anna" }, new { line = "2016" }, new { line = "click-to-run" } },
            users = new object[] { new { name = "anna", loggedOn = true, profile = @"C:\Users\anna" }, new { name = "bert" } },
        }));

        Assert.Equal(
            [
                new OfficeInstallation { Line = OfficeProductLine.Office2003, SourceKind = OfficeSourceKind.AdministrativeInstallPoint, SourceState = OfficeSourceState.Updated, Name = "Office" },
                new OfficeInstallation { Line = OfficeProductLine.Xp2002, SourceKind = OfficeSourceKind.Media, User = "anna" },
                new OfficeInstallation { Line = OfficeProductLine.Later, Version = "2016" },
                new OfficeInstallation { Line = OfficeProductLine.ClickToRun },
            ],
            facts.ReadOffice().Installations);
        Assert.Equal([new OfficeUser("anna", true, @"C:\Users\anna"), new OfficeUser("bert", false)], facts.ReadUsers());
    }

    [Theory]
    [InlineData("""{ "office": [ { "source": "aip" } ] }""", "office[0]: 'line' is missing")]
    [InlineData("""{ "office": [ { "line": "95" } ] }""", "office[0].line: '95' is no Office")]
    [InlineData("""{ "office": [ { "line": "2003", "source": "share" } ] }""", "office[0].source: 'share' is not one of media, aip, unknown")]
    [InlineData("""{ "office": [ { "line": "2003", "state": "sp1" } ] }""", "office[0].state: 'sp1' is not one of")]
    [InlineData("""{ "users": [ { "name": "anna" }, { "name": "ANNA" } ] }""", "users[1]: user 'ANNA' is named twice")]
    [InlineData("""{ "users": [ { "name": "anna", "sid": "S-1" } ] }""", "users[0].sid: this is not known here")]
    public void Facts_WrongSectionOfOffice_IsRefusedWithItsPath(string json, string problem)
        => Assert.Contains(problem, Assert.Throws<Hierarchy.Domain.IntegrityException>(() => FactSetReader.Read(System.Text.Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void UserFacts_CurrentUser_IsTheUsersHiveAndFolders()
    {
        _keys[$@"HKU\{Anna}\Software\X"] = new() { ["Level"] = 3 };
        var loggedOn = new UserFacts(Facts(), new OfficeUser(Anna, true, @"C:\Users\anna"));
        var key = new RegistryPath("HKCU", @"Software\X", is32Bit: false);

        Assert.True(loggedOn.ReadValue(key, "Level").IsKnown(out var level) && level.Number == 3);
        Assert.Equal(@"C:\Users\anna\AppData\Roaming", loggedOn.FindFolder(26).Value);
        Assert.Equal(@"C:\Windows", loggedOn.FindFolder(36).Value);

        // A hive that is not loaded says nothing, not even that a key is missing.
        Assert.Equal(FactState.Unknown, new UserFacts(Facts(), new OfficeUser("S-1-5-21-9", false)).KeyExists(key).State);
        Assert.Equal(FactState.Absent, new UserFacts(Facts(), new OfficeUser("S-1-5-21-9", true)).ReadValue(key, "Level").State);
    }

    private void Add(string owner, string packed, string version, bool isPatched = false)
    {
        _keys[$@"{UserData}\{owner}\Products\{packed}\InstallProperties"] = new() { ["DisplayName"] = "Microsoft Office", ["DisplayVersion"] = version, ["LocalPackage"] = @"C:\WINDOWS\Installer\1a2b3c.msi" };
        if (isPatched) _keys[$@"{UserData}\{owner}\Products\{packed}\Patches\0123456789ABCDEF0123456789ABCDEF"] = [];
    }

    private FactSet Facts() => FactSetReader.Read(JsonSerializer.SerializeToUtf8Bytes(new { registry = _keys }));

    private OfficeReport Read(bool? isImage) => OfficeRegistry.Read(Facts(), package => package.EndsWith(".msi", StringComparison.Ordinal) ? isImage : null);
}
