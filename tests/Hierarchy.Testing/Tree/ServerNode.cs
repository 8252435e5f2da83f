using Grpc.Net.Client;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Namespaces;

namespace Hierarchy.Testing.Tree;

/// <summary>A server as a process. Its addresses stay the same when it is started again.</summary>
public sealed class ServerNode(string name, string folder, ServerNode.Place place) : TreeNode(name, "Hierarchy.Server", folder)
{
    private readonly string listenHttp = place.Host is null ? LastingPort.Address() : "*:8530";
    private readonly string listenGrpc = place.Host is null ? LastingPort.Address() : "*:8532";
    private string? httpUrl;
    private string? grpcUrl;
    private GrpcChannel? channel;
    private AdminService.AdminServiceClient? admin;

    /// <summary>Where it stands in the tree: a root has an upstream, a replica a parent.</summary>
    public sealed record Place
    {
        /// <summary>Where a root takes its catalog from.</summary>
        public string? MicrosoftUpdate { get; init; }

        /// <summary>The gRPC address that a replica follows.</summary>
        public string? Parent { get; init; }

        public string? Site { get; init; }

        /// <summary>Its computer in a simulated network; null for this one.</summary>
        public HostPlace? Host { get; init; }

        /// <summary>Further flags.</summary>
        public IReadOnlyList<string> Flags { get; init; } = [];

        /// <summary>It has a parent, and decides for itself.</summary>
        public bool IsAutonomous { get; init; }
    }

    public string HttpUrl => httpUrl ?? throw new NodeDownException(Name);

    public string GrpcUrl => grpcUrl ?? throw new NodeDownException(Name);

    protected override HostPlace? Host => place.Host;

    /// <summary>To its gRPC.</summary>
    public GrpcChannel Channel => channel ?? throw new NodeDownException(Name);

    public AdminService.AdminServiceClient Admin => admin ?? throw new NodeDownException(Name);

    /// <summary>Makes a root take everything that its upstream offers, as an administrator would.</summary>
    public async Task TakeEverythingAsync(CancellationToken cancellationToken)
    {
        foreach (var part in new[] { SelectionPart.Products, SelectionPart.Classifications, SelectionPart.Languages })
            await Admin.ChangeSyncSelectionAsync(new ChangeSyncSelectionRequest { Part = part, Change = SelectionChange.Set, All = true }, cancellationToken: cancellationToken);
    }

    /// <summary>Where it stands in the log of the autonomous server that decides for it, by its own word: `sequence@epoch` and a digest; null where the root decides.</summary>
    public async Task<string?> OverlayAsync(CancellationToken cancellationToken)
    {
        var status = (await Admin.ListServersAsync(new ListServersRequest(), cancellationToken: cancellationToken)).Servers.Single(server => !server.Digest.IsEmpty).Status;
        return status.OverlayPosition is { } position ? $"{position.Sequence}@{position.Epoch} {status.OverlayCount} {status.OverlayDigest:x16}" : null;
    }

    /// <summary>Where it stands, by its own word.</summary>
    public async Task<LogState> LogStateAsync(CancellationToken cancellationToken)
    {
        var response = await Admin.ListServersAsync(new ListServersRequest(), cancellationToken: cancellationToken);
        var self = response.Servers.Single(server => !server.Digest.IsEmpty);
        return new LogState(self.Status.Position, self.Status.Count, self.Digest);
    }

    protected override IEnumerable<string> Arguments()
    {
        List<string> arguments =
        [
            "--role", place.Parent is null ? "root" : place.IsAutonomous ? "autonomous" : "replica", "--data", Folder, "--name", Name,
            "--listen-http", listenHttp, "--listen-grpc", listenGrpc,
        ];
        if (place.Parent is { } parent) arguments.AddRange(["--parent", parent]);
        if (place.MicrosoftUpdate is { } upstream) arguments.AddRange(["--microsoft-update", upstream]);
        if (place.Site is { } site) arguments.AddRange(["--site", site]);
        if (place.Host is { } host) arguments.AddRange(["--public-grpc-url", $"http://{host.Address}:8532", "--public-content-url", $"http://{host.Address}:8530"]);
        arguments.AddRange(place.Flags);
        return arguments;
    }

    protected override bool IsReady(string line) => line.StartsWith("ready ", StringComparison.Ordinal);

    protected override void Started(string line)
    {
        var fields = line.Split(' ').Skip(1).Select(field => field.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        (httpUrl, grpcUrl) = (fields["http"], fields["grpc"]);
        channel = GrpcChannel.ForAddress(grpcUrl);
        admin = new AdminService.AdminServiceClient(channel);
    }

    protected override Task EndedAsync()
    {
        channel?.Dispose();
        (channel, admin) = (null, null);
        return Task.CompletedTask;
    }
}
