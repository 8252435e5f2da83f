using Grpc.Net.Client;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Hosting;
using Hierarchy.Server.Roles;
using Hierarchy.Testing;
using Hierarchy.Testing.MicrosoftUpdate;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>A whole server in the test's process: real sockets, real SQLite, a folder of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private readonly Task _life;
    private readonly TemporaryFolder? _folder;
    private readonly ErrorLog _errors;
    private volatile ServerHost _host;

    private RunningServer(ServerHost host, Task life, TemporaryFolder? folder, ErrorLog errors)
    {
        _host = host;
        _life = life;
        _folder = folder;
        _errors = errors;
        GrpcUrl = host.ReadyLine.Split(' ').Single(part => part.StartsWith("grpc=", StringComparison.Ordinal))[5..];
        HttpUrl = host.ReadyLine.Split(' ').Single(part => part.StartsWith("http=", StringComparison.Ordinal))[5..];
        Channel = GrpcChannel.ForAddress(GrpcUrl);
    }

    public string GrpcUrl { get; }

    public string HttpUrl { get; }

    public GrpcChannel Channel { get; }

    public AdminService.AdminServiceClient Admin => new(Channel);

    public SuccessionAdminService.SuccessionAdminServiceClient Succession => new(Channel);

    public ClientService.ClientServiceClient Client => new(Channel);

    public ILogReader Log => _host.Services.GetRequiredService<ILogReader>();

    /// <summary>The log that decides at an autonomous server and below it.</summary>
    public ILogReader Overlay => Get<ServedLogs>().Overlay?.Log ?? throw new InvalidOperationException("This server has no overlay.");

    public bool HasOverlay => Get<ServedLogs>().Overlay is not null;

    public ViewPublisher Views => _host.Services.GetRequiredService<ViewPublisher>();

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>The errors that a test has provoked: they fail it no more.</summary>
    public IReadOnlyList<string> TakeErrors()
    {
        var errors = _errors.Errors.ToArray();
        _errors.Errors.Clear();
        return errors;
    }

    /// <summary>A root with a choice that nobody made yet.</summary>
    public static Task<RunningServer> RootAsync(string? folder = null, string upstream = "http://127.0.0.1:9", string grpc = AnyPort) =>
        StartAsync(new ServerOptions { Role = "root", Name = "root", MicrosoftUpdate = upstream }, folder, grpc: grpc);

    /// <summary>A root that takes everything that its upstream offers.</summary>
    public static async Task<RunningServer> RootOfEverythingAsync(MicrosoftUpdateServer upstream, string? folder = null)
    {
        var root = await RootAsync(folder, upstream.Url.AbsoluteUri);
        await root.TakeEverythingAsync();
        return root;
    }

    public async Task TakeEverythingAsync()
    {
        foreach (var part in new[] { SelectionPart.Products, SelectionPart.Classifications, SelectionPart.Languages })
            await Admin.ChangeSyncSelectionAsync(new ChangeSyncSelectionRequest { Part = part, Change = SelectionChange.Set, All = true });
    }

    public static Task<RunningServer> ReplicaAsync(string parent, string name = "replica", string? folder = null, string grpc = AnyPort) =>
        StartAsync(new ServerOptions { Role = "replica", Name = name, Site = "branch", Parent = parent }, folder, grpc: grpc);

    public static Task<RunningServer> AutonomousAsync(string parent, string name = "lab", string? folder = null, string grpc = AnyPort) =>
        StartAsync(new ServerOptions { Role = "autonomous", Name = name, Site = "lab", Parent = parent }, folder, grpc: grpc);

    public static async Task<RunningServer> StartAsync(
        ServerOptions options, string? folder = null, IReadOnlyDictionary<string, string?>? settings = null, ILoggerProvider? everything = null, string grpc = AnyPort)
    {
        var own = folder is null ? new TemporaryFolder() : null;
        options.Data = folder ?? own!.Path; // One of the two is there.
        options.ListenHttp = "127.0.0.1:0";
        options.ListenGrpc = grpc;
        var errors = new ErrorLog();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings ?? new Dictionary<string, string?>()).Build();
        RunningServer? server = null;
        var first = new TaskCompletionSource<ServerHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        var life = ServerLife.RunAsync(
            options,
            configuration,
            host =>
            {
                // The first is waited for; those that follow (its role has changed) take its place.
                if (!first.TrySetResult(host)) server!._host = host; // what comes after the first comes after the promotion of what was made of it
                return Task.CompletedTask;
            },
            CancellationToken.None,
            logging =>
            {
                logging.ClearProviders().AddProvider(errors);
                if (everything is not null) logging.AddProvider(everything).SetMinimumLevel(LogLevel.Trace);
            });
        if (await Task.WhenAny(first.Task, life) == life) await life;
        return server = new RunningServer(await first.Task, life, own, errors);
    }

    /// <summary>Puts a revision into a root's log, as a synchronization would.</summary>
    public async Task<RevisionId> AddUpdateAsync(Guid? updateId = null, int revision = 100, string title = "An update", string publication = "Published")
    {
        var id = new RevisionId(updateId ?? Guid.NewGuid(), revision);
        var log = Get<IAuthorityLog>();
        var xml =
            $"""
            <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="{id.UpdateId}" RevisionNumber="{revision}" />
            <upd:Properties UpdateType="Software" DefaultPropertiesLanguage="en" ExplicitlyDeployable="true" PublicationState="{publication}" CreationDate="2026-10-04T12:00:58.287Z" />
            <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>{title}</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>
            </upd:Update>
            """;
        var number = await log.ReserveRevisionNumbersAsync(1, CancellationToken.None);
        var payload = RevisionRecords.Encode(UpdateDocument.Read(xml), xml, number, _ => null, DateTimeOffset.UnixEpoch);
        var committed = await log.CommitAsync([CatalogRecords.Revision(id, payload)], CancellationToken.None);
        await Views.WaitForAsync(committed.Head.Position.Sequence, CancellationToken.None);
        return id;
    }

    /// <summary>Promotes this server, and waits until it decides, or until it has met another root and decides nothing again.</summary>
    public async Task PromoteAsync(bool dropsOverlay = false)
    {
        var before = (await Succession.GetPromotionOutlookAsync(new GetPromotionOutlookRequest())).ReadOnly;
        await Succession.PromoteAsync(new PromoteRequest { RequestedBy = "the test", DropOverlay = dropsOverlay });
        await Eventually.HoldsAsync("the promoted server decides", async () =>
        {
            try
            {
                var outlook = await Succession.GetPromotionOutlookAsync(new GetPromotionOutlookRequest());
                return outlook.IsRoot || (outlook.ReadOnly.Length > 0 && outlook.ReadOnly != before);
            }
            catch (Grpc.Core.RpcException)
            {
                return false;
            }
        });
    }

    /// <summary>Until this server holds and serves what the other one holds.</summary>
    public Task EqualsAsync(RunningServer other) => Eventually.HoldsAsync(
        "two servers hold the same state",
        () => Log.Head.Position == other.Log.Head.Position && Views.View.Head.Position == other.Log.Head.Position
            && Log.Head.Count == other.Log.Head.Count && Log.Head.Digest.Span.SequenceEqual(other.Log.Head.Digest.Span));

    /// <summary>The same of both logs, below an autonomous server.</summary>
    public async Task EqualsInBothAsync(RunningServer other)
    {
        await EqualsAsync(other);
        await Eventually.HoldsAsync(
            "two servers hold the same overlay",
            () => HasOverlay && Overlay.Head.Position == other.Overlay.Head.Position && Views.View.Overlay?.Position == other.Overlay.Head.Position
                && Overlay.Head.Count == other.Overlay.Head.Count && Overlay.Head.Digest.Span.SequenceEqual(other.Overlay.Head.Digest.Span));
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Get<IHostApplicationLifetime>().StopApplication();
        await _life;
        _folder?.Dispose();
        Assert.True(_errors.Errors.IsEmpty, string.Join(Environment.NewLine, _errors.Errors));
    }
}
