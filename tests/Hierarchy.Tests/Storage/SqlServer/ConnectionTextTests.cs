using Hierarchy.Storage.SqlServer;
using Xunit;

namespace Hierarchy.Tests.Storage.SqlServer;

public sealed class ConnectionTextTests
{
    [Theory]
    [InlineData("Server=sql;Database=h", "True")]
    [InlineData("server=sql;database=h;encrypt=false", "false")]
    [InlineData("Server=sql;Database=h;Encrypt=True", "True")]
    [InlineData("Server=sql;Database=h;ENCRYPT=strict", "strict")]
    public void Complete_Encryption_IsOnUnlessTheTextNamesIt(string text, string encrypt) =>
        Assert.Equal(encrypt, new System.Data.Common.DbConnectionStringBuilder { ConnectionString = ConnectionText.Complete(text) }["Encrypt"]);

    [Fact]
    public void Complete_PasswordFromElsewhere_IsAddedWhole()
    {
        var builder = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = ConnectionText.Complete("Server=sql;Database=h;User Id=u", "a;b\"c'=d") };
        Assert.Equal("a;b\"c'=d", builder["Password"]);
        Assert.Equal("Hierarchy", builder["Application Name"]);
    }

    [Fact]
    public void Complete_SeveralAnswersOnOneConnection_AreSwitchedOff() =>
        Assert.DoesNotContain("active", ConnectionText.Complete("Server=sql;Database=h;MultipleActiveResultSets=true"), StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("Server=sql;Database=h", "", null)]
    [InlineData("Data Source=sql;Initial Catalog=h;Password=p", "", null)]
    [InlineData("Database=h", "", "names no server")]
    [InlineData("Server=sql", "", "names no database")]
    [InlineData("Server=sql;Database=h;PWD=geheim", "geheim2", "stands in the connection string and beside it")]
    [InlineData("geheim", "", "cannot be read")]
    [InlineData("Password=\"geheim;Server", "", "cannot be read")]
    public void Fault_SaysWhatToChangeAndNoSecret(string text, string password, string? expected)
    {
        var fault = ConnectionText.Fault(text, password);
        if (expected is null) Assert.Null(fault);
        else Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", fault ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_NamesServerAndDatabaseAlone() =>
        Assert.Equal("database h on sql,1433", ConnectionText.Describe("Server=sql,1433;Database=h;User Id=u;Password=geheim"));

    [Fact]
    public void For_Purpose_IsAnotherNameOfTheProgram() =>
        Assert.Contains("Hierarchy reading", ConnectionText.For(ConnectionText.Complete("Server=sql;Database=h"), "reading"), StringComparison.Ordinal);
}
