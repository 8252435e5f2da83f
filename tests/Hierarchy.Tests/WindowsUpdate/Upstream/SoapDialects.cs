using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>The dialects that every answer is tried in.</summary>
public static class SoapDialects
{
    public static TheoryData<SoapDialect> All { get; } =
    [
        SoapDialect.Wsus,
        new SoapDialect("wcf", "s", "", IsTalkative: false),
        new SoapDialect("no prefix", "", "", IsTalkative: false),
        new SoapDialect("prefixed body", "SOAP-ENV", "q", IsTalkative: false),
        new SoapDialect("talkative", "s", "", IsTalkative: true),
        new SoapDialect("talkative with prefixes", "", "tns", IsTalkative: true),
    ];
}
