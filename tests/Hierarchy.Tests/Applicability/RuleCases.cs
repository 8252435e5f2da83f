using System.Text;
using System.Xml.Linq;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Tests.Applicability;

/// <summary>One computer, and what every rule of the schemas says about it.</summary>
internal static class RuleCases
{
    internal const string Product = "{3c4a397d-22b2-4ab0-849f-f5e12672caca}";
    internal const string Patch = "{7ff3f06a-eb31-4490-98f1-bdd5803e2c36}";
    internal static readonly Guid Update = new("11111111-2222-3333-4444-555555555555");

    internal static FactSet Computer { get; } = Facts($$"""
        {
          "os": { "major": 10, "minor": 0, "build": 19045, "servicePackMajor": 1, "productType": 1, "suiteMask": 272, "architecture": "x64",
                  "processorLevel": 6, "processorRevision": 3, "processors": 8, "language": "en-US" },
          "registry": {
            "HKLM\\SOFTWARE\\Acme": { "": "default", "Level": 5, "Name": "Contoso Tool", "Version": "5.10.2", "Odd": "five", "Raw": { "type": "REG_BINARY" },
                                      "Folder": "C:\\Tool\\", "Expand": { "type": "REG_EXPAND_SZ", "data": "%SystemRoot%\\Acme" }, "Resource": "Disk",
                                      "Highest": 4294967295 },
            "HKLM\\SOFTWARE\\WOW6432Node\\Acme": { "Level": 7 },
            "HKLM\\SOFTWARE\\Uninstall\\A": { "DisplayName": "Alpha", "DisplayVersion": "1.2" },
            "HKLM\\SOFTWARE\\Uninstall\\B": { "DisplayName": "Beta", "DisplayVersion": "3.0.0.1" },
            "HKLM\\SOFTWARE\\Hollow": {}
          },
          "files": {
            "C:\\Tool\\tool.exe": { "version": "2.10.0.0", "size": 100, "created": "2025-01-01T00:00:00Z", "modified": "2025-06-01T00:00:00Z", "language": 1033 },
            "C:\\Windows\\System32\\plain.txt": { "size": 5 },
            "C:\\Windows\\Acme\\deep.dll": { "version": "1.0.0.0" }
          },
          "environment": { "systemroot": "C:\\Windows" },
          "systemMetrics": { "86": 1 }, "cluster": false, "clusterResources": ["x-Disk-y"],
          "licenses": { "Known-License": 3 }, "wmi": { "SELECT 1": true, "ROOT/X/": { "SELECT 0": false } }, "installedOnce": ["{{Update}}"],
          "generic": { "acme/level/a": "2.0", "acme/level/b": "gold" },
          "deviceAttributes": { "OSVersion": "10.0.19045.1", "sku": "48" }, "productReleases": { "Client.OS.rs2.amd64": "10.0.19045.1" },
          "msi": { "{{Product}}": { "version": "9.00.1399.06", "language": 1033, "upgradeCode": "{6F1A2B3C-4D5E-4F60-8A71-92B3C4D5E703}",
                                    "features": ["Main"], "components": ["{38b098dd-cf55-49e3-9cba-8604e2b1d59a}"],
                                    "patches": { "{e1d63391-7da5-442c-beab-cee5b046a22d}": { "Family": "2.0" } } },
                   "{{Bare}}": {} },
          "cbs": { "KB1~t~amd64~~1.0": "Installed", "KB2~t~amd64~~1.0": "Installable", "KB3~t~amd64~~1.0": "Other", "KB4~t~amd64~~1.0": "Superseded" },
          "devices": [ { "hardwareIds": ["PCI\\A&REV1", "PCI\\A"], "driver": { "hardwareId": "PCI\\A", "provider": "Acme", "date": "2025-01-01", "version": "2.0.0.0" } },
                       { "hardwareIds": ["PCI\\NODRIVER"] } ]
        }
        """);

    private const string Bare = "{00000000-0000-0000-0000-00000000bade}";
    private const string Key = """Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Acme" """;
    private const string Gone = """Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Gone" """;
    private const string Loop = """<b.RegKeyLoop Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Uninstall" """;
    private const string Here = """Key="HKEY_LOOP_TARGET" Subkey="\" """;

    /// <summary>Rule, expected value. Every element of the schemas is in at least one row; a test holds that.</summary>
    internal static readonly (string Rule, Truth Expected)[] All =
    [
        ("<True/>", Truth.True),
        ("<False/>", Truth.False),
        ("<And><True/><True/></And>", Truth.True),
        ("<And><True/><False/></And>", Truth.False),
        ("<And><b.Nonsense/><False/></And>", Truth.False),
        ("<And><True/><b.Nonsense/></And>", Truth.Unknown),
        ("<And/>", Truth.Unknown),
        ("<Or><False/><True/></Or>", Truth.True),
        ("<Or><False/><False/></Or>", Truth.False),
        ("<Or><b.Nonsense/><True/></Or>", Truth.True),
        ("<Or><b.Nonsense/><False/></Or>", Truth.Unknown),
        ("<Not><True/></Not>", Truth.False),
        ("<Not><False/></Not>", Truth.True),
        ("<Not><b.Nonsense/></Not>", Truth.Unknown),
        ("<Not><True/><True/></Not>", Truth.Unknown),
        ("""<x:True xmlns:x="urn:somebody-else"/>""", Truth.Unknown),

        ("""<b.Platform PlatformID="Windows"/>""", Truth.True),
        ("""<b.Platform PlatformID="Win32NT"/>""", Truth.True),
        ("""<b.Platform PlatformID="MacOSX"/>""", Truth.False),
        ("""<b.WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="6" MinorVersion="3" ProductType="1"/>""", Truth.True),
        ("""<b.WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="6" MinorVersion="3" ProductType="3"/>""", Truth.False),
        ("""<b.WindowsVersion MajorVersion="10" MinorVersion="0"/>""", Truth.True),
        ("""<b.WindowsVersion MajorVersion="10" MinorVersion="1"/>""", Truth.False),
        ("""<b.WindowsVersion Comparison="LessThan" MajorVersion="10" MinorVersion="0" ServicePackMajor="2"/>""", Truth.True),
        ("""<b.WindowsVersion Comparison="GreaterThan" MajorVersion="10" MinorVersion="0" ServicePackMajor="1" ServicePackMinor="0"/>""", Truth.False),
        ("""<b.WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="10" BuildNumber="22000"/>""", Truth.False),
        ("""<b.WindowsVersion Comparison="LessThan" BuildNumber="22000"/>""", Truth.True),
        ("""<b.WindowsVersion SuiteMask="256"/>""", Truth.True),
        ("""<b.WindowsVersion SuiteMask="257" AllSuitesMustBePresent="true"/>""", Truth.False),
        ("""<b.WindowsVersion SuiteMask="272" AllSuitesMustBePresent="true"/>""", Truth.True),
        ("""<b.WindowsVersion SuiteMask="2"/>""", Truth.False),
        ("""<b.WindowsVersion MajorVersion="ten"/>""", Truth.Unknown),
        ("""<b.WindowsVersion SuiteMask="0" AllSuitesMustBePresent="true"/>""", Truth.True),
        ("""<b.WindowsVersion SuiteMask="0"/>""", Truth.True),
        ("<b.WindowsVersion/>", Truth.True),
        ("""<b.WindowsVersion Comparison="LessThan"/>""", Truth.True),
        ("""<b.WindowsVersion Comparison="GreaterThan" MajorVersion="9" MinorVersion="9" ServicePackMajor="9"/>""", Truth.True),
        ("""<b.WindowsVersion Comparison="LessThanOrEqualTo" MajorVersion="10" MinorVersion="0" ServicePackMajor="1" ServicePackMinor="0" BuildNumber="19045"/>""", Truth.True),
        ("""<b.WindowsVersion Comparison="LessThan" MajorVersion="10" MinorVersion="0" ServicePackMajor="1" ServicePackMinor="0"/>""", Truth.False),
        ("""<b.WindowsVersion ProductType="2"/>""", Truth.False),
        ("""<b.WindowsVersion MajorVersion="4294967296"/>""", Truth.Unknown),
        ("""<b.WindowsVersion ServicePackMajor="65536"/>""", Truth.Unknown),
        ("""<b.WindowsVersion SuiteMask="256" AllSuitesMustBePresent="yes"/>""", Truth.Unknown),
        ("<b.Platform/>", Truth.Unknown),
        ("""<b.PlatformVersion MajorVersion="11"/>""", Truth.False),
        ("""<b.PlatformVersion Comparison="Near" MajorVersion="11"/>""", Truth.Unknown),
        ("<b.WindowsLanguage/>", Truth.Unknown),
        ("""<b.PlatformLanguage Language="EN-US"/>""", Truth.True),
        ("<b.PlatformLanguage/>", Truth.Unknown),
        ("<b.MuiLanguageInstalled/>", Truth.Unknown),
        ("""<b.SystemMetric Comparison="EqualTo" Index="86" Value="2147483648"/>""", Truth.Unknown),
        ("""<b.Processor Architecture="amd64"/>""", Truth.Unknown),
        ("""<b.NumberOfProcessors Comparison="LessThan" Number="8"/>""", Truth.False),
        ("""<b.NumberOfProcessors Comparison="LessThanOrEqualTo" Number="4294967295"/>""", Truth.True),
        ("""<b.NumberOfProcessors Comparison="LessThan" Number="-8"/>""", Truth.Unknown),
        ($"""<b.ClusterResourceOwner {Key}Value="Level"/>""", Truth.Unknown),
        ("""<b.PlatformVersion MajorVersion="10" MinorVersion="0"/>""", Truth.True),
        ("""<b.WindowsLanguage Language="en"/>""", Truth.True),
        ("""<b.WindowsLanguage Language="en-us"/>""", Truth.True),
        ("""<b.WindowsLanguage Language="e"/>""", Truth.False),
        ("""<b.PlatformLanguage Language="de"/>""", Truth.False),
        ("<b.MuiInstalled/>", Truth.False),
        ("""<b.MuiLanguageInstalled Language="de"/>""", Truth.False),
        ("""<b.SystemMetric Comparison="EqualTo" Index="86" Value="1"/>""", Truth.True),
        ("""<b.SystemMetric Comparison="GreaterThan" Index="87" Value="0"/>""", Truth.False),
        ("""<b.Processor Architecture="9"/>""", Truth.True),
        ("""<b.Processor Architecture="9" Level="6" Revision="3"/>""", Truth.True),
        ("""<b.Processor Architecture="9" Level="5"/>""", Truth.False),
        ("""<b.Processor Architecture="0"/>""", Truth.False),
        ("""<b.NumberOfProcessors Comparison="GreaterThan" Number="4"/>""", Truth.True),
        ("<b.ClusteredOS/>", Truth.False),
        ($"""<b.ClusterResourceOwner {Key}Value="Resource" Prefix="x-" Suffix="-y"/>""", Truth.True),
        ($"""<b.ClusterResourceOwner {Key}Value="Resource"/>""", Truth.False),

        ("""<b.FileExists Path="C:\Tool\\tool.exe"/>""", Truth.True),
        ("""<b.FileExists Path="c:\tool\.\x\..\TOOL.EXE" Version="2.10.0.0" Size="100" Created="2025-01-01T00:00:00Z" Modified="2025-06-01T00:00:00Z" Language="1033"/>""", Truth.True),
        ("""<b.FileExists Path="C:\Tool\tool.exe" Size="101"/>""", Truth.False),
        ("""<b.FileExists Path="C:\Tool\tool.exe" Modified="2025-06-01T00:00:01"/>""", Truth.False),
        ("""<b.FileExists Path="C:\Tool\tool.exe" Language="1031"/>""", Truth.False),
        ("""<b.FileExists Path="\\server\share\tool.exe"/>""", Truth.False),
        ("""<b.FileExists Path="System32\plain.txt" Csidl="32804"/>""", Truth.True),
        ("""<b.FileExists Path="C:\Tool\tool.exe" Version="2.1.0.0"/>""", Truth.False),
        ("""<b.FileExists Path="\plain.txt" Csidl="37"/>""", Truth.True),
        ("""<b.FileExists Path="plain.txt" Csidl="37" Language="1033"/>""", Truth.Unknown),
        ("""<b.FileExists Path="plain.txt" Csidl="999"/>""", Truth.Unknown),
        ($"""<b.FileExistsPrependRegSz Path="tool.exe" {Key}Value="Folder"/>""", Truth.True),
        ($"""<b.FileExistsPrependRegSz Path="\deep.dll" {Key}Value="Expand"/>""", Truth.True),
        ($"""<b.FileExistsPrependRegSz Path="tool.exe" {Gone}Value="Folder"/>""", Truth.False),
        ($"""<b.FileExistsPrependRegSz Path="tool.exe" {Key}Value="Level"/>""", Truth.Unknown),
        ("""<b.FileVersion Path="C:\Tool\tool.exe" Comparison="GreaterThan" Version="2.9.0.0"/>""", Truth.True),
        ("""<b.FileVersion Path="C:\Tool\tool.exe" Comparison="LessThan" Version="2.9.0.0"/>""", Truth.False),
        ("""<b.FileVersion Path="C:\Tool\gone.exe" Comparison="LessThan" Version="2.9.0.0"/>""", Truth.False),
        ("""<b.FileVersion Path="plain.txt" Csidl="37" Comparison="LessThan" Version="2.9.0.0"/>""", Truth.Unknown),
        ("""<b.FileVersion Path="plain.txt" Csidl="37" Comparison="GreaterThan" Version="2.9.0.0"/>""", Truth.False),
        ($"""<b.FileVersionPrependRegSz Path="tool.exe" {Key}Value="Folder" Comparison="EqualTo" Version="2.10.0.0"/>""", Truth.True),
        ("""<b.FileCreated Path="C:\Tool\tool.exe" Comparison="LessThan" Created="2025-01-02T00:00:00Z"/>""", Truth.True),
        ($"""<b.FileCreatedPrependRegSz Path="tool.exe" {Key}Value="Folder" Comparison="EqualTo" Created="2025-01-01T01:00:00+01:00"/>""", Truth.True),
        ("""<b.FileModified Path="C:\Tool\tool.exe" Comparison="GreaterThan" Modified="2025-06-01T00:00:00Z"/>""", Truth.False),
        ("""<b.FileModified Path="\plain.txt" Csidl="37" Comparison="GreaterThan" Modified="2025-06-01T00:00:00Z"/>""", Truth.Unknown),
        ($"""<b.FileModifiedPrependRegSz Path="tool.exe" {Key}Value="Folder" Comparison="GreaterThanOrEqualTo" Modified="2025-06-01T00:00:00Z"/>""", Truth.True),
        ("""<b.FileSize Path="C:\Tool\tool.exe" Comparison="LessThanOrEqualTo" Size="100"/>""", Truth.True),
        ($"""<b.FileSizePrependRegSz Path="tool.exe" {Key}Value="Folder" Comparison="LessThan" Size="100"/>""", Truth.False),

        ($"""<b.FileVersionPrependRegSz Path="tool.exe" {Gone}Value="Folder" Comparison="LessThan" Version="9.0"/>""", Truth.False),
        ($"""<b.FileVersionPrependRegSz Path="tool.exe" {Key}Value="Level" Comparison="LessThan" Version="9.0"/>""", Truth.Unknown),
        ("""<b.FileCreated Path="C:\Tool\tool.exe" Comparison="LessThan" Created="2025-01-01T00:00:00Z"/>""", Truth.False),
        ("""<b.FileCreated Path="C:\Tool\tool.exe" Comparison="LessThan" Created="noon"/>""", Truth.Unknown),
        ($"""<b.FileCreatedPrependRegSz Path="gone.exe" {Key}Value="Folder" Comparison="EqualTo" Created="2025-01-01"/>""", Truth.False),
        ($"""<b.FileCreatedPrependRegSz Path="tool.exe" {Key}Value="Raw" Comparison="EqualTo" Created="2025-01-01"/>""", Truth.Unknown),
        ("""<b.FileModified Path="C:\Tool\tool.exe" Comparison="EqualTo" Modified="2025-06-01T02:00:00.000+02:00"/>""", Truth.True),
        ($"""<b.FileModifiedPrependRegSz Path="tool.exe" {Key}Value="Folder" Comparison="LessThan" Modified="2025-06-01T00:00:00Z"/>""", Truth.False),
        ($"""<b.FileModifiedPrependRegSz Path="tool.exe" {Here}Value="Folder" Comparison="LessThan" Modified="2025-06-01T00:00:00Z"/>""", Truth.Unknown),
        ("""<b.FileSize Path="C:\Tool\tool.exe" Comparison="GreaterThan" Size="100"/>""", Truth.False),
        ("""<b.FileSize Path="C:\Tool\tool.exe" Comparison="LessThan" Size="9223372036854775807"/>""", Truth.True),
        ("""<b.FileSize Path="C:\Windows\Acme\deep.dll" Comparison="GreaterThan" Size="0"/>""", Truth.Unknown),
        ($"""<b.FileSizePrependRegSz Path="tool.exe" {Key}Value="Folder" Comparison="EqualTo" Size="100"/>""", Truth.True),
        ($"""<b.FileSizePrependRegSz Path="tool.exe" {Key}Value="Folder" Comparison="LessThan" Size="-1"/>""", Truth.Unknown),

        ($"<b.RegKeyExists {Key}/>", Truth.True),
        ("""<b.RegKeyExists Key="HKEY_LOCAL_MACHINE" Subkey="software\uninstall\"/>""", Truth.True),
        ($"<b.RegKeyExists {Gone}/>", Truth.False),
        ("""<b.RegKeyExists Key="HKEY_SOMEWHERE" Subkey="X"/>""", Truth.Unknown),
        ($"<b.RegKeyExists {Here}/>", Truth.Unknown),
        ($"""<b.RegValueExists {Key}Value="Raw" Type="REG_BINARY"/>""", Truth.True),
        ($"""<b.RegValueExists {Key}Value="Raw" Type="REG_SZ"/>""", Truth.False),
        ($"<b.RegValueExists {Key}/>", Truth.True),
        ($"""<b.RegValueExists {Key}Value="Missing"/>""", Truth.False),
        ($"""<b.RegValueExists {Key}Type="REG_SZ"/>""", Truth.True),
        ($"""<b.RegValueExists {Key}Type="REG_DWORD"/>""", Truth.Unknown),
        ($"""<b.RegValueExists {Key}Value="Raw" Type="REG_FLOAT"/>""", Truth.Unknown),
        ($"""<b.RegDword {Key}Value="level" Comparison="EqualTo" Data="5"/>""", Truth.True),
        ($"""<b.RegDword {Key}Value="Highest" Comparison="EqualTo" Data="-1"/>""", Truth.True),
        ($"""<b.RegDword {Key}Value="Highest" Comparison="GreaterThan" Data="4294967294"/>""", Truth.True),
        ($"""<b.RegDword {Key}Value="Level" Comparison="EqualTo" Data="5" RegType32="maybe"/>""", Truth.Unknown),
        ($"""<b.RegDword {Key}Value="Level" Comparison="EqualTo" Data="7" RegType32="true"/>""", Truth.True),
        ($"""<b.RegDword {Key}Value="Level" Comparison="LessThan" Data="-1"/>""", Truth.True),
        ($"""<b.RegDword {Key}Value="Name" Comparison="EqualTo" Data="5"/>""", Truth.Unknown),
        ($"""<b.RegDword {Key}Value="Missing" Comparison="LessThan" Data="5"/>""", Truth.False),
        ($"""<b.RegDword {Key}Value="Level" Comparison="Around" Data="5"/>""", Truth.Unknown),
        ($"""<b.RegSz {Key}Value="Name" Comparison="EqualTo" Data="contoso tool"/>""", Truth.True),
        ($"""<b.RegSz {Key}Value="Name" Comparison="BeginsWith" Data="Contoso"/>""", Truth.True),
        ($"""<b.RegSz {Key}Value="Name" Comparison="Contains" Data="so T"/>""", Truth.True),
        ($"""<b.RegSz {Key}Value="Name" Comparison="EndsWith" Data="Contoso"/>""", Truth.False),
        ($"""<b.RegSz {Key}Value="Expand" Comparison="EndsWith" Data="Acme"/>""", Truth.Unknown),
        ($"""<b.RegExpandSz {Key}Value="Expand" Comparison="EndsWith" Data="Acme"/>""", Truth.True),
        ($"""<b.RegExpandSz {Key}Value="Expand" Comparison="BeginsWith" Data="C:"/>""", Truth.False),
        ($"""<b.RegExpandSz {Key}Value="Name" Comparison="BeginsWith" Data="C"/>""", Truth.Unknown),
        ($"""<b.RegSz {Key}Value="Name" Comparison="EqualTo" Data=""/>""", Truth.False),
        ($"""<b.RegSz {Key}Value="Name" Comparison="Contains" Data=""/>""", Truth.True),
        ($"""<b.RegSzToVersion {Key}Value="Version" Comparison="GreaterThan" Data="5.9.0.0"/>""", Truth.True),
        ($"""<b.RegSzToVersion {Key}Value="Version" Comparison="EqualTo" Data="5.10.2.0"/>""", Truth.True),
        ($"""<b.RegSzToVersion {Key}Value="Odd" Comparison="EqualTo" Data="5.10.2.0"/>""", Truth.Unknown),
        ($"""<b.RegSzToVersion {Key}Value="Missing" Comparison="GreaterThan" Data="5.10.2.0"/>""", Truth.False),
        ($"""<b.RegSzToVersion {Key}Value="Missing" Comparison="LessThan" Data="5.10.2.0"/>""", Truth.Unknown),
        ($"""<b.RegSzToVersion {Gone}Value="Missing" Comparison="LessThan" Data="5.10.2.0"/>""", Truth.False),
        ($"""<b.WUv4RegKeyValue {Key}Value="Name" Data="Contoso Tool"/>""", Truth.True),
        ($"""<b.WUv4RegKeyValue {Key}Value="Name" Data="Contoso"/>""", Truth.False),
        ($"""<b.WUv4RegKeyValue {Key}Value="Level" Data="5"/>""", Truth.Unknown),
        ($"""<b.WUv4RegKeySubstring {Key}Value="Name" Data="Tool"/>""", Truth.True),
        ($"""<b.WUv4RegKeySubstring {Key}Value="Missing" Data="Tool"/>""", Truth.False),
        ($"""<b.WUv4RegKeySubstring {Key}Value="Raw" Data="Tool"/>""", Truth.Unknown),
        ($"""{Loop}TrueIf="Any"><b.RegSz {Here}Value="DisplayName" Comparison="EqualTo" Data="Beta"/></b.RegKeyLoop>""", Truth.True),
        ($"""{Loop}TrueIf="All"><b.RegSz {Here}Value="DisplayName" Comparison="EqualTo" Data="Beta"/></b.RegKeyLoop>""", Truth.False),
        ($"""{Loop}TrueIf="None"><b.RegSz {Here}Value="DisplayName" Comparison="EqualTo" Data="Gamma"/></b.RegKeyLoop>""", Truth.True),
        ($"""{Loop}TrueIf="Any"><And><b.RegSz {Here}Value="DisplayName" Comparison="EqualTo" Data="Alpha"/><b.RegSzToVersion {Here}Value="DisplayVersion" Comparison="LessThan" Data="1.3.0.0"/></And></b.RegKeyLoop>""", Truth.True),
        ($"""<b.RegKeyLoop {Gone}TrueIf="Any"><True/></b.RegKeyLoop>""", Truth.False),
        ("""<b.RegKeyLoop Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Hollow" TrueIf="All"><True/></b.RegKeyLoop>""", Truth.Unknown),

        ("""<b.LicenseValueExists Value="known-license"/>""", Truth.True),
        ("""<b.LicenseValueExists Value="Other"/>""", Truth.False),
        ("<b.LicenseValueExists/>", Truth.Unknown),
        ("""<b.LicenseDword Value="Known-License" Comparison="EqualTo" Data="three"/>""", Truth.Unknown),
        ("""<b.WmiQuery Namespace="root\y" WqlQuery="SELECT 1"/>""", Truth.Unknown),
        ("""<b.LicenseDword Value="Known-License" Comparison="GreaterThanOrEqualTo" Data="3"/>""", Truth.True),
        ("""<b.LicenseDword Value="Other" Comparison="EqualTo" Data="1"/>""", Truth.False),
        ("""<b.WmiQuery WqlQuery="SELECT 1"/>""", Truth.True),
        ("""<b.WmiQuery Namespace="root\x" WqlQuery="SELECT 0"/>""", Truth.False),
        ("""<b.WmiQuery WqlQuery="SELECT ?"/>""", Truth.Unknown),
        ("<b.InstalledOnce/>", Truth.True),
        ("""<b.GenericQuery Namespace="acme" Type="level" Parameter="a" Comparison="GreaterThan" Value="1.9"/>""", Truth.True),
        ("""<b.GenericQuery Namespace="acme" Type="level" Parameter="b" Comparison="GreaterThan" Value="silver"/>""", Truth.Unknown),
        ("""<b.GenericQuery Namespace="acme" Type="level" Parameter="c"/>""", Truth.False),
        ("""<DeviceAttribute Name="sku" Comparison="GreaterThan" Value="48"/>""", Truth.False),
        ("""<DeviceAttribute Name="ring" Value="fast"/>""", Truth.False),
        ("""<DeviceAttribute Name="sku" Comparison="GreaterThan" Value="many"/>""", Truth.Unknown),
        ("""<DeviceAttribute Name="OSVersion" Type="Version" Comparison="LessThan" Value="10.0.22000.0"/>""", Truth.True),
        ("""<ProductReleaseInstalled Name="Client.OS.RS2.AMD64" Version="10.0.19045.2"/>""", Truth.False),
        ("""<ProductReleaseInstalled Name="Client.OS.RS2.AMD64" Version="10.0.19045.1"/>""", Truth.True),
        ("""<ProductReleaseInstalled Name="Client.OS.RS2.AMD64" Version="ten"/>""", Truth.Unknown),
        ("""<ProductReleaseVersion Name="Client.OS.RS2.AMD64" Version="0.0.0.0" Comparison="greaterthan"/>""", Truth.True),
        ("""<ProductReleaseVersion Name="Server.OS" Version="0.0.0.0" Comparison="GreaterThan"/>""", Truth.False),
        ("""<ProductReleaseVersion Name="Client.OS.RS2.AMD64" Version="0.0.0.0"/>""", Truth.Unknown),

        ($"""<m.MsiProductInstalled ProductCode="{Product}" ExcludeVersionMax="true" VersionMin="9.00.1399.06" Language="1033"/>""", Truth.True),
        ($"""<m.MsiProductInstalled ProductCode="{Product}" VersionMin="9.00.1399.06" ExcludeVersionMin="true"/>""", Truth.False),
        ($"""<m.MsiProductInstalled ProductCode="{Product}" VersionMax="9.0.1399.5"/>""", Truth.False),
        ($"""<m.MsiProductInstalled ProductCode="{Product}" Language="1031"/>""", Truth.False),
        ("""<m.MsiProductInstalled ProductCode="{00000000-0000-0000-0000-000000000001}"/>""", Truth.False),
        ($"<m.MsiFeatureInstalledForProduct><Feature>Main</Feature><Feature>Other</Feature><Product>{Product}</Product></m.MsiFeatureInstalledForProduct>", Truth.True),
        ($"""<m.MsiFeatureInstalledForProduct AllFeaturesRequired="true"><Feature>Main</Feature><Feature>Other</Feature><Product>{Product}</Product></m.MsiFeatureInstalledForProduct>""", Truth.False),
        ($"""<m.MsiProductInstalled ProductCode="{Product}" VersionMax="9.0.1399.6"/>""", Truth.True),
        ($"""<m.MsiProductInstalled ProductCode="{Product}" VersionMax="9.0.1399.6" ExcludeVersionMax="true"/>""", Truth.False),
        ($"""<m.MsiProductInstalled ProductCode="{Bare}" VersionMax="9.0"/>""", Truth.Unknown),
        ($"""<m.MsiProductInstalled ProductCode="{Bare}" Language="1033"/>""", Truth.Unknown),
        ($"""<m.MsiProductInstalled ProductCode="{Bare}"/>""", Truth.True),
        ($"<m.MsiFeatureInstalledForProduct><Feature>Main</Feature><Product>{Bare}</Product></m.MsiFeatureInstalledForProduct>", Truth.Unknown),
        ($"<m.MsiFeatureInstalledForProduct><Feature>Main</Feature></m.MsiFeatureInstalledForProduct>", Truth.Unknown),
        ($"<m.MsiComponentInstalledForProduct><Component>main</Component><Product>{Product}</Product></m.MsiComponentInstalledForProduct>", Truth.Unknown),
        ($$"""<m.MsiComponentInstalledForProduct><Component>{38b098dd-cf55-49e3-9cba-8604e2b1d59a}</Component><Product>{{Product}}</Product></m.MsiComponentInstalledForProduct>""", Truth.True),
        ($$"""<m.MsiComponentInstalledForProduct AllProductsRequired="true"><Component>{38b098dd-cf55-49e3-9cba-8604e2b1d59a}</Component><Product>{{Product}}</Product><Product>{{Patch}}</Product></m.MsiComponentInstalledForProduct>""", Truth.False),
        ($$"""<m.MsiPatchInstalledForProduct PatchCode="{e1d63391-7da5-442c-beab-cee5b046a22d}" ProductCode="{{Product}}"/>""", Truth.True),
        ($"""<m.MsiPatchInstalledForProduct PatchCode="{Patch}" ProductCode="{Product}"/>""", Truth.False),
        ("""<m.MsiPatchInstalledForProduct PatchCode="x" ProductCode="y"/>""", Truth.Unknown),
        ("<m.MsiPatchInstalled/>", Truth.Unknown),
        ("<m.MsiPatchSuperseded/>", Truth.Unknown),
        ("<m.MsiPatchInstallable/>", Truth.Unknown),
        ("<m.MsiApplicationInstalled/>", Truth.Unknown),
        ("<m.MsiApplicationSuperseded/>", Truth.Unknown),
        ("<m.MsiApplicationInstallable/>", Truth.Unknown),
        ("""<CbsPackageInstalledByIdentity PackageIdentity="KB1~t~amd64~~1.0"/>""", Truth.True),
        ("""<CbsPackageInstalledByIdentity PackageIdentity="KB2~t~amd64~~1.0"/>""", Truth.False),
        ("""<CbsPackageInstalledByIdentity PackageIdentity="KB3~t~amd64~~1.0"/>""", Truth.Unknown),
        ("""<CbsPackageInstalledByIdentity PackageIdentity="KB9~t~amd64~~1.0"/>""", Truth.False),
        ("<CbsPackageInstalled/>", Truth.Unknown),
        ("<CbsPackageInstallable/>", Truth.Unknown),
        ("<d.WindowsDriverInstalled/>", Truth.Unknown),
        ("<d.WindowsDriverSuperseded/>", Truth.Unknown),
        ("<d.WindowsDriverInstallable/>", Truth.Unknown),
    ];

    private const string Application = """<m.MsiApplicationMetadata><ProductCode Version="VERSION" UseRecacheReinstall="LowerVersion">{3c4a397d-22b2-4ab0-849f-f5e12672caca}</ProductCode></m.MsiApplicationMetadata>""";
    private const string Patches = """
        <m.MsiPatchMetadata><MsiPatch xmlns="http://www.microsoft.com/msi/patch_applicability.xsd" PatchGUID="CODE">
        <TargetProductCode>{3c4a397d-22b2-4ab0-849f-f5e12672caca}</TargetProductCode>
        <SequenceData><PatchFamily>Family</PatchFamily><Sequence>SEQUENCE</Sequence></SequenceData></MsiPatch></m.MsiPatchMetadata>
        """;

    private const string Package = """
        <CbsPackageApplicabilityMetadata><assembly xmlns="urn:schemas-microsoft-com:asm.v3">
        <assemblyIdentity name="NAME" version="1.0" language="neutral" processorArchitecture="amd64" publicKeyToken="t"/></assembly></CbsPackageApplicabilityMetadata>
        """;

    /// <summary>Rules that say something of the Metadata element beside them.</summary>
    internal static readonly (string Rule, Truth Expected, string Metadata)[] WithMetadata =
    [
        ("<m.MsiPatchInstalled/>", Truth.True, MetadataOf("{e1d63391-7da5-442c-beab-cee5b046a22d}", "2.0")),
        ("<m.MsiPatchInstalled/>", Truth.False, MetadataOf(Patch, "3.0")),
        ("<m.MsiPatchSuperseded/>", Truth.True, MetadataOf(Patch, "1.9")),
        ("<m.MsiPatchSuperseded/>", Truth.False, MetadataOf(Patch, "2.0")),
        ("<m.MsiPatchInstallable/>", Truth.True, MetadataOf(Patch, "2.0")),
        ("<m.MsiPatchInstallable/>", Truth.False, MetadataOf(Patch, "1.9")),
        ("<m.MsiApplicationInstalled/>", Truth.True, Application.Replace("VERSION", "9.0", StringComparison.Ordinal)),
        ("<m.MsiApplicationInstalled/>", Truth.False, Application.Replace("VERSION", "9.1", StringComparison.Ordinal)),
        ("<m.MsiApplicationInstalled/>", Truth.Unknown, Application.Replace("VERSION", "nine", StringComparison.Ordinal)),
        ("<m.MsiApplicationInstalled/>", Truth.Unknown, Application.Replace("LowerVersion", "Sometimes", StringComparison.Ordinal)),
        ("<m.MsiApplicationSuperseded/>", Truth.True, Application.Replace("VERSION", "8.9", StringComparison.Ordinal)),
        ("<m.MsiApplicationSuperseded/>", Truth.False, Application.Replace("VERSION", "9.0.1399.6", StringComparison.Ordinal)),
        ("<m.MsiApplicationInstallable/>", Truth.True, Application.Replace("VERSION", "9.0.1399.7", StringComparison.Ordinal)),
        ("<m.MsiApplicationInstallable/>", Truth.False, Application.Replace("VERSION", "9.0.1399.6", StringComparison.Ordinal)),
        ("<CbsPackageInstalled/>", Truth.True, Package.Replace("NAME", "KB1", StringComparison.Ordinal)),
        ("<CbsPackageInstalled/>", Truth.False, Package.Replace("NAME", "KB4", StringComparison.Ordinal)),
        ("<CbsPackageInstalled/>", Truth.Unknown, Package.Replace("NAME", "KB3", StringComparison.Ordinal)),
        ("<CbsPackageInstallable/>", Truth.True, Package.Replace("NAME", "KB2", StringComparison.Ordinal)),
        ("<CbsPackageInstallable/>", Truth.False, Package.Replace("NAME", "KB1", StringComparison.Ordinal)),
        ("<CbsPackageInstallable/>", Truth.Unknown, Package.Replace("NAME", "KB9", StringComparison.Ordinal)),
        ("<d.WindowsDriverInstalled/>", Truth.True, DriverOf(@"PCI\A", "2025-01-01", "2.0.0.0")),
        ("<d.WindowsDriverInstalled/>", Truth.False, DriverOf(@"PCI\A", "2025-01-01", "2.0.0.1")),
        ("<d.WindowsDriverInstalled/>", Truth.Unknown, DriverOf(@"PCI\A", "yesterday", "2.0.0.1")),
        ("<d.WindowsDriverSuperseded/>", Truth.True, DriverOf(@"PCI\A", "2025-01-01", "1.9.0.0")),
        ("<d.WindowsDriverSuperseded/>", Truth.False, DriverOf(@"PCI\ELSE", "2025-01-01", "1.9.0.0")),
        ("<d.WindowsDriverInstallable/>", Truth.True, DriverOf(@"PCI\A&amp;REV1", "2020-01-01", "1.0.0.0")),
        ("<d.WindowsDriverInstallable/>", Truth.False, DriverOf(@"PCI\A", "2024-12-31", "9.0.0.0")),
    ];

    /// <summary>What the one computer cannot show: rule, value, facts of another.</summary>
    internal static readonly (string Rule, Truth Expected, string Facts)[] Elsewhere =
    [
        ("<b.MuiInstalled/>", Truth.True, """{ "os": { "major": 10, "muiLanguages": ["de-DE"] } }"""),
        ("<b.MuiInstalled/>", Truth.Unknown, """{ "os": { "major": 10, "muiLanguages": null } }"""),
        ("""<b.MuiLanguageInstalled Language="de"/>""", Truth.True, """{ "os": { "major": 10, "muiLanguages": ["fr-FR", "de-DE"] } }"""),
        ("""<b.MuiLanguageInstalled Language="de-AT"/>""", Truth.False, """{ "os": { "major": 10, "muiLanguages": ["fr-FR", "de-DE"] } }"""),
        ("""<b.WindowsLanguage Language="en"/>""", Truth.False, """{ "os": { "major": 10, "language": "en-US", "muiLanguages": ["de-DE"] } }"""),
        ("""<b.WindowsLanguage Language="en"/>""", Truth.Unknown, """{ "os": { "major": 10, "language": "en-US", "muiLanguages": null } }"""),
        ("""<b.WindowsLanguage Language="en"/>""", Truth.Unknown, """{ "os": { "major": 10 } }"""),
        ("<b.ClusteredOS/>", Truth.True, """{ "cluster": true }"""),
        ("<b.ClusteredOS/>", Truth.Unknown, """{ "clusterResources": ["Disk"] }"""),
        ("<b.InstalledOnce/>", Truth.False, """{ "installedOnce": ["00000000-0000-0000-0000-000000000001"] }"""),
        ("<b.InstalledOnce/>", Truth.Unknown, """{ "os": { "major": 10 } }"""),
        ("""<b.Processor Architecture="0"/>""", Truth.True, """{ "os": { "major": 6, "architecture": "x86" } }"""),
        ("""<b.Processor Architecture="9" Level="6"/>""", Truth.Unknown, """{ "os": { "major": 6 } }"""),
        ("""<b.Processor Architecture="9" Revision="1"/>""", Truth.Unknown, """{ "os": { "major": 6, "processorLevel": 6 } }"""),
        ("""<b.NumberOfProcessors Comparison="EqualTo" Number="1"/>""", Truth.Unknown, """{ "os": { "major": 6 } }"""),
        ("""<b.Platform PlatformID="Windows"/>""", Truth.False, """{ "os": { "platform": "Linux", "major": 6 } }"""),
        ("""<b.RegDword Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\A" Value="B" Comparison="EqualTo" Data="1" RegType32="true"/>""", Truth.True,
            """{ "os": { "major": 6, "architecture": "x86" }, "registry": { "HKLM\\SOFTWARE\\A": { "B": 1 } } }"""),
        ("""<b.RegDword Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\A" Value="B" Comparison="EqualTo" Data="1" RegType32="true"/>""", Truth.False,
            """{ "os": { "major": 6, "architecture": "x64" }, "registry": { "HKLM\\SOFTWARE\\A": { "B": 1 } } }"""),
        ("""<b.FileExists Path="a.txt" Csidl="42"/>""", Truth.True, """{ "os": { "major": 6, "architecture": "x86" }, "files": { "C:\\Program Files\\a.txt": {} } }"""),
        ("""<b.FileExists Path="a.txt" Csidl="42"/>""", Truth.True, """{ "os": { "major": 6 }, "files": { "C:\\Program Files (x86)\\a.txt": {} } }"""),
        ("""<b.FileExists Path="a.txt" Csidl="42"/>""", Truth.True, """{ "csidl": { "42": "D:\\P" }, "files": { "D:\\P\\a.txt": {} } }"""),
        ("<m.MsiPatchInstalled/>", Truth.Unknown, """{ "msi": {} }"""),
    ];

    /// <summary>All cases of the one computer.</summary>
    internal static IEnumerable<(string Rule, Truth Expected, string Metadata)> Everything
        => All.Select(@case => (@case.Rule, @case.Expected, "")).Concat(WithMetadata);

    internal static string MetadataOf(string patch, string sequence)
        => Patches.Replace("CODE", patch, StringComparison.Ordinal).Replace("SEQUENCE", sequence, StringComparison.Ordinal);

    internal static string DriverOf(string id, string date, string version)
        => $"""<d.WindowsDriverMetaData HardwareID="{id}" DriverVerDate="{date}" DriverVerVersion="{version}" Class="Net" Provider="Acme"/>""";

    internal static FactSet Facts(string json) => FactSetReader.Read(Encoding.UTF8.GetBytes(json));

    internal static ApplicabilityRules Rules(string isInstalled, string metadata = "")
        => ApplicabilityRules.Read(XElement.Parse($"<ApplicabilityRules><IsInstalled>{isInstalled}</IsInstalled><Metadata>{metadata}</Metadata></ApplicabilityRules>"));

    internal static RuleOutcome Evaluate(string rule, IFacts facts, string metadata = "")
    {
        var rules = Rules(rule, metadata);
        return rules.Evaluate(rules.IsInstalled!, new RevisionId(Update, 1), facts);
    }
}
