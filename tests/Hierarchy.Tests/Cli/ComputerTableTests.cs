using Hierarchy.Cli;
using Hierarchy.Cli.Migrate;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>Tables of computers as PowerShell, Excel and people write them.</summary>
public sealed class ComputerTableTests
{
    private const string One = "5c3d9f4e-8a41-4b0a-9d39-0f4a6c1b2e77";

    [Theory]
    [InlineData("Id,FullDomainName,Groups\n{0},pc-1,Pilot;Servers\n")]
    [InlineData("\"Id\",\"FullDomainName\",\"Groups\"\r\n\"{0}\",\"pc-1\",\"Pilot; Servers\"\r\n")]
    [InlineData("\"Id\";\"FullDomainName\";\"Groups\"\r\n\"{0}\";\"pc-1\";\"Pilot;Servers\"")]
    [InlineData("#TYPE Selected.Microsoft.UpdateServices.Internal.BaseApi.ComputerTarget\r\nId,FullDomainName,Groups\r\n{0},pc-1,\"Servers;Pilot;pilot\"\r\n\r\n")]
    [InlineData("Groups\tId\tIPAddress\tName\nPilot;Servers\t{{{0}}}\t10.1.2.3\tpc-1\n")]
    [InlineData("\n\nSusClientId,ComputerName,Group,Note\n{0},pc-1,Pilot;Servers,\"said \"\"no\"\",\ntwice\"\n")]
    public void Read_AnyDialect_SameComputer(string text)
    {
        var table = Read(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, One.ToUpperInvariant()));

        var computer = Assert.Single(table.Computers);
        Assert.Equal((One, "pc-1"), (computer.Id, computer.Name));
        Assert.True(computer.Groups.SetEquals(["Pilot", "Servers"]));
        Assert.Empty(table.Duplicates);
        Assert.Empty(table.LeftOut);
    }

    [Fact]
    public void Read_IdOfSeveralRows_IsListedAndTakenOnlyWhenTheGroupsAreTheSame()
    {
        var table = Read("Id,Name,Groups\na,one,Pilot\nA,two,pilot\nb,three,Pilot\nb,four,Servers\n");

        Assert.Equal("a", Assert.Single(table.Computers).Id);
        Assert.Equal([("a", "one two", true), ("b", "three four", false)], table.Duplicates.Select(duplicate => (duplicate.Id, string.Join(' ', duplicate.Names), duplicate.IsTaken)));
    }

    [Fact]
    public void Read_RowsWithoutAComputer_AreListedWithTheirLines()
    {
        var table = Read("Id,Name,Groups\n,nobody,Pilot\n\"x\ny\",two lines,\nonly;one;value\nz,last,\n");

        Assert.Equal("z", Assert.Single(table.Computers).Id);
        Assert.Equal([2, 3, 5], table.LeftOut.Select(row => row.Line));
        Assert.All(table.LeftOut, row => Assert.NotEqual("", row.Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Name,Groups\npc-1,Pilot\n")]
    [InlineData("Id,Groups\npc-1,Pilot\n")]
    [InlineData("Id,Name,Groups\n\"x,pc-1,Pilot\n")]
    public void Read_NoTable_IsRefusedWithTheNextStep(string text)
    {
        var refused = Assert.Throws<CommandFailedException>(() => Read(text));

        Assert.Equal("invalid_file", refused.Code);
        Assert.Contains("hierarchy migrate computers --help", refused.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EndlessValueAndEndlessRow_AreRefused()
    {
        Assert.Throws<CommandFailedException>(() => Read("Id,Name,Groups\nx,pc," + new string('g', 100_000)));
        Assert.Throws<CommandFailedException>(() => Read("Id,Name,Groups\nx,pc" + new string(',', 100_000)));
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("iso-8859-1", false)]
    public void Read_Encodings_UnicodeOrRefused(string name, bool isRead)
    {
        using var folder = new Hierarchy.Testing.TemporaryFolder();
        var encoding = System.Text.Encoding.GetEncoding(name);
        File.WriteAllBytes(folder["t.csv"], [.. encoding.GetPreamble(), .. encoding.GetBytes("Id,Name,Groups\nx,pc,Büro\n")]);

        if (isRead) Assert.Equal("Büro", Assert.Single(ComputerTable.Read(folder["t.csv"]).Computers).Groups.Single());
        else Assert.Contains("UTF", Assert.Throws<CommandFailedException>(() => ComputerTable.Read(folder["t.csv"])).Message, StringComparison.Ordinal);
    }

    private static ComputerTable Read(string text) => ComputerTable.Read(new StringReader(text), "computers.csv");
}
