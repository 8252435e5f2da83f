using System.Text;
using Hierarchy.Agent.Report;
using Hierarchy.Domain.Applicability.Facts;
using Xunit;

namespace Hierarchy.Tests.Agent;

/// <summary>What an agent says of its computer, for the rules of groups.</summary>
public sealed class ComputerDescriptionTests
{
    private const string Bios =
        """
        { "os": { "major": 10, "minor": 0, "build": 20348 },
          "registry": { "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion": { "UBR": 2527 },
                        "HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS": { "SystemManufacturer": " Dell Inc. ", "SystemProductName": "Latitude 7440" } } }
        """;

    [Theory]
    [InlineData(Bios, "10.0.20348.2527", "Dell Inc.", "Latitude 7440")]
    [InlineData("""{ "os": { "major": 10, "build": 26100 }, "registry": {} }""", "10.0.26100", "", "")]
    [InlineData("""{ "os": { "major": 6, "minor": 1, "build": 7601 } }""", "6.1.7601", "", "")]
    [InlineData("{}", "", "", "")]
    public void Of_Facts_SaysTheVersionAndTheModelAsFarAsTheyAreKnown(string facts, string version, string manufacturer, string model)
    {
        using var agent = new AgentUnderTest("http://127.0.0.1:9");

        var description = ComputerDescription.Of(agent.Options, FactSetReader.Read(Encoding.UTF8.GetBytes(facts)));

        Assert.Equal((version, manufacturer, model), (description.OsVersion, description.Manufacturer, description.Model));
    }

    [Fact]
    public async Task Cycle_OnAComputer_AsksAndReportsWithItsFactsAndItsOffset()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        File.WriteAllText(agent.FactsPath, Bios);

        await agent.OnceAsync(TestContext.Current.CancellationToken);

        Assert.True(server.Syncs.TryPeek(out var asked));
        Assert.Equal(("10.0.20348.2527", "Dell Inc.", "Latitude 7440"), (asked.OsVersion, asked.Manufacturer, asked.Model));
        Assert.NotNull(asked.UtcOffset);
        Assert.Contains(server.Reports, report => (report.OsVersion, report.Model) == (asked.OsVersion, asked.Model) && report.UtcOffset.Equals(asked.UtcOffset));
    }
}
