using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Server.Hosting;
using Hierarchy.Storage.SqlServer;
using Hierarchy.Testing;
using Hierarchy.Tests.Storage;
using Hierarchy.Tests.Storage.SqlServer;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hierarchy.Tests.Server;

public sealed class DatabaseSettingsTests : IDisposable
{
    // Nobody listens there, and the driver gives up soon.
    private const string Nowhere = "Server=127.0.0.1,1;Database=h;User Id=u;Connect Timeout=1";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Validate_Database_SaysWhatIsWrongAndNoSecret()
    {
        Assert.Empty(Options(Nowhere).Validate());
        Assert.Contains("names no database", Assert.Single(Options("Server=sql;Password=geheim").Validate()), StringComparison.Ordinal);

        var twice = Options("Server=sql;Database=h;Password=geheim");
        twice.DatabasePassword = "geheim";
        Assert.DoesNotContain("geheim", Assert.Single(twice.Validate()), StringComparison.Ordinal);

        var lost = Options(Nowhere);
        lost.DatabasePasswordFile = _folder["no-such-file"];
        Assert.Contains("is not there", Assert.Single(lost.Validate()), StringComparison.Ordinal);

        var schema = Options(Nowhere);
        schema.DatabaseSchema = "h; DROP TABLE record";
        Assert.Contains("--database-schema", Assert.Single(schema.Validate()), StringComparison.Ordinal);

        var nothing = Options("");
        nothing.DatabasePassword = "geheim";
        Assert.Contains("no database", Assert.Single(nothing.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void Password_OfAFile_IsItsFirstLine()
    {
        File.WriteAllText(_folder["password"], "geheim\nsecond");
        var options = Options(Nowhere);
        options.DatabasePasswordFile = _folder["password"];
        Assert.Empty(options.Validate());
        Assert.Equal("geheim", options.ReadDatabasePassword());
    }

    [Fact]
    public void Stores_DataDirectoryWithALogOfItsOwn_RefuseADatabase()
    {
        using var data = DataDirectory.Open(_folder["data"], ServerRole.Root);
        File.WriteAllBytes(data.File("log.db"), []);
        Assert.Contains("would begin another one", Assert.Throws<IntegrityException>(() => new ServerStores(Options(Nowhere), data, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stores_DataDirectoryOfADatabase_RefuseToBeginALogOfTheirOwn()
    {
        using var data = DataDirectory.Open(_folder["data"], ServerRole.Root);
        Assert.Equal("database h on 127.0.0.1,1", new ServerStores(Options(Nowhere), data, []).Database);
        Assert.NotNull(new ServerStores(Options(Nowhere), data, []));
        Assert.Contains("database h on 127.0.0.1,1", Assert.Throws<IntegrityException>(() => new ServerStores(Options(""), data, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DatabaseThatCannotBeReached_SaysSoWithoutTheSecret()
    {
        var options = Options(Nowhere);
        options.DatabasePassword = "geheim";
        var failure = await Assert.ThrowsAsync<UnavailableException>(() => StartAsync(options));
        Assert.Contains("database h on 127.0.0.1,1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(failure.Message, StartFailure.Explain(failure, options));
    }

    [Fact]
    public async Task Start_OnADatabase_KeepsTheLogThereAndGoesOnWithIt()
    {
        await using var sandbox = new SqlServerSandbox();
        var options = Options(sandbox.Options.ConnectionString);
        options.DatabaseSchema = sandbox.Options.Schema;
        Position before;
        await using (var host = await StartAsync(options))
        {
            var log = host.Services.GetRequiredService<IAuthorityLog>();
            Assert.IsType<SqlServerAuthorityLog>(log);
            before = (await log.CommitAsync([Sample.Set("a", "1")], Token)).Head.Position;
        }

        await using var again = await StartAsync(options);
        var reopened = again.Services.GetRequiredService<IAuthorityLog>();
        Assert.Equal((before.Log, before.Epoch + 1), (reopened.Head.Position.Log, reopened.Head.Position.Epoch));
        Assert.Equal("1", Sample.Text((await reopened.FindAsync(Sample.Kind, Sample.Bytes("a"), Token))!.Value.Payload));
        Assert.False(File.Exists(Path.Combine(_folder["data"], "log.db")));
    }

    private static Task<ServerHost> StartAsync(ServerOptions options) => ServerHost.StartAsync(options, new ConfigurationBuilder().Build(), Token, logging => logging.ClearProviders());

    private ServerOptions Options(string database) => new()
    {
        Role = "root",
        Data = _folder["data"],
        Database = database,
        ListenHttp = "127.0.0.1:0",
        ListenHttps = "",
        ListenGrpc = "127.0.0.1:0",
    };
}
