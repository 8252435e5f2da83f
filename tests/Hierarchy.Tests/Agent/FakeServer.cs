using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;

namespace Hierarchy.Tests.Agent;

/// <summary>A stand-in for a server: the client's contract over real gRPC, with decisions that the test makes. It keeps no log and knows no groups.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Held> _held = [];
    private readonly Dictionary<int, long> _withdrawn = [];
    private readonly WebApplication _app;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakeServer(WebApplication app, ContentServer content) => (_app, Content) = (app, content);

    internal string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    internal ContentServer Content { get; }

    internal long Sequence { get; set; } = 100;

    internal bool IsBehind { get; set; }

    internal bool WantsFullReport { get; set; }

    /// <summary>What computers are told of how to behave.</summary>
    internal Protocol.Catalog.V1.ClientPolicy? Policy { get; set; }

    /// <summary>Answers every report with this status, while it is not null.</summary>
    internal StatusCode? RefusesReports { get; set; }

    /// <summary>The servers that Locate names; this one alone by default.</summary>
    internal IReadOnlyList<string>? Located { get; set; }

    internal ConcurrentQueue<SyncRequest> Syncs { get; } = new();

    internal ConcurrentQueue<ReportRequest> Reports { get; } = new();

    internal int DocumentsSent { get; private set; }

    internal static async Task<FakeServer> StartAsync()
    {
        var content = await ContentServer.StartAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        FakeServer? server = null;
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_ => new Locator(server!));
        builder.Services.AddSingleton(_ => new Client(server!));
        var app = builder.Build();
        app.MapGrpcService<Locator>();
        app.MapGrpcService<Client>();
        server = new FakeServer(app, content);
        await app.StartAsync();
        return server;
    }

    /// <summary>Takes an update into the catalog, decides about it, and serves its files. Returns the revision's short number.</summary>
    internal int Add(TestUpdate update, DecisionAction action, bool isDamaged = false, DateTimeOffset? deadline = null)
    {
        foreach (var (_, bytes) in update.Files) Content.Add(bytes);
        lock (_gate)
        {
            var number = _held.Count + 1;
            var xml = update.ToXml();
            var payload = RevisionRecords.Encode(UpdateDocument.Read(xml), xml, number, _ => null, DateTimeOffset.UnixEpoch);
            var held = new Held(number, update, UpdateDocument.Digest(xml), payload, action, ++Sequence) { Deadline = deadline };
            if (isDamaged) payload[^40] ^= 1;
            _held.Add(number, held);
            Signal();
            return number;
        }
    }

    internal void Decide(int number, DecisionAction action)
    {
        lock (_gate)
        {
            _held[number] = _held[number] with { Action = action, ChangedAt = ++Sequence };
            Signal();
        }
    }

    /// <summary>Another policy for every client: as at a server, calls that are open end.</summary>
    internal void SetPolicy(Protocol.Catalog.V1.ClientPolicy? policy)
    {
        lock (_gate)
        {
            (Policy, _scope) = (policy, (byte)(_scope + 1));
            Signal();
        }
    }

    /// <summary>The log goes on with something that concerns no client.</summary>
    internal void Advance()
    {
        lock (_gate)
        {
            Sequence++;
            Signal();
        }
    }

    internal void Withdraw(int number)
    {
        lock (_gate)
        {
            _withdrawn[number] = ++Sequence;
            _held.Remove(number);
            Signal();
        }
    }

    /// <summary>The last state reported of an update.</summary>
    internal UpdateStatus? StatusOf(TestUpdate update, string user = "")
        => Reports.SelectMany(report => report.Statuses).LastOrDefault(status => new Guid(status.UpdateId.Span, bigEndian: true) == update.Id && status.User == user);

    public async ValueTask DisposeAsync()
    {
        lock (_gate) Signal(isLast: true);
        await _app.DisposeAsync();
        await Content.DisposeAsync();
    }

    private bool _isStopping;
    private byte _scope = 7;

    private void Signal(bool isLast = false)
    {
        _isStopping |= isLast;
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private Checkpoint Head() => new()
    {
        Position = new Position { LogId = ByteString.CopyFrom(new byte[16]), Epoch = 1, EpochId = ByteString.CopyFrom(new byte[16]), Sequence = Sequence },
        Time = DateTimeOffset.UnixEpoch.ToTimestamp(),
    };

    private DecisionBatch Since(long sequence)
    {
        var batch = new DecisionBatch();
        batch.Decisions.Add(_held.Values.Where(held => held.ChangedAt > sequence).Select(held => held.ToWire()));
        batch.Withdrawn.Add(_withdrawn.Where(entry => entry.Value > sequence).Select(entry => entry.Key));
        return batch;
    }

    private sealed record Held(int Number, TestUpdate Update, byte[] Digest, byte[] Payload, DecisionAction Action, long ChangedAt)
    {
        internal DateTimeOffset? Deadline { get; init; }

        internal Protocol.Client.V1.Decision ToWire()
        {
            var entry = new CatalogEntry { RevisionId = Number, Id = Update.RevisionId, Sequence = ChangedAt, Type = UpdateType.Software, Title = "", DocumentDigest = Digest };
            return new Protocol.Client.V1.Decision
            {
                RevisionId = Number,
                UpdateId = ByteString.CopyFrom(Update.Id.ToByteArray(bigEndian: true)),
                RevisionNumber = Update.Revision,
                Action = (Protocol.Client.V1.DecisionAction)Action,
                DecisionHash = new Hierarchy.Domain.Approvals.Decision(entry, Action, Deadline).Hash(),
                Deadline = Deadline?.ToTimestamp(),
            };
        }
    }

    private sealed class Locator(FakeServer server) : LocatorService.LocatorServiceBase
    {
        public override Task<LocateResponse> Locate(LocateRequest request, ServerCallContext context)
        {
            var response = new LocateResponse { Address = "127.0.0.1", Site = "Here", ValidFor = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };
            response.Servers.Add((server.Located ?? [server.Url]).Select(url => new ServerLocation { Name = "S", Site = "Here", GrpcUrl = url, ContentUrl = "" }));
            return Task.FromResult(response);
        }
    }

    private sealed class Client(FakeServer server) : ClientService.ClientServiceBase
    {
        public override async Task Sync(SyncRequest request, IServerStreamWriter<SyncResponse> stream, ServerCallContext context)
        {
            server.Syncs.Enqueue(request);
            var (scope, policy) = (server._scope, server.Policy);
            var isFull = request.Position is null || !request.ScopeHash.Span.SequenceEqual([scope]);
            await stream.WriteAsync(new SyncResponse { Started = new SyncStarted { ScopeHash = ByteString.CopyFrom(scope), Full = isFull, ContentUrl = server.Content.Url, Policy = policy } });
            if (server.IsBehind)
            {
                await stream.WriteAsync(new SyncResponse { Behind = new SyncBehind { Head = server.Head().Position } });
                return;
            }

            DecisionBatch batch;
            Checkpoint head;
            Task changed;
            lock (server._gate)
            {
                batch = server.Since(isFull ? 0 : request.Position!.Sequence);
                head = server.Head();
                changed = server._changed.Task;
            }

            await stream.WriteAsync(new SyncResponse { Decisions = batch });
            await stream.WriteAsync(new SyncResponse { Completed = new SyncCompleted { Checkpoint = head } });
            while (request.Follow && !context.CancellationToken.IsCancellationRequested)
            {
                await changed.WaitAsync(context.CancellationToken);
                lock (server._gate)
                {
                    if (server._isStopping || server._scope != scope) return;
                    batch = server.Since(head.Position.Sequence);
                    head = server.Head();
                    changed = server._changed.Task;
                }

                // One decision a message; the last one carries the checkpoint, also when it has nothing else to say.
                foreach (var decision in batch.Decisions) await stream.WriteAsync(new SyncResponse { Decisions = new DecisionBatch { Decisions = { decision } } });
                await stream.WriteAsync(new SyncResponse { Decisions = new DecisionBatch { Withdrawn = { batch.Withdrawn }, Checkpoint = head } });
            }
        }

        public override async Task GetRevisions(GetRevisionsRequest request, IServerStreamWriter<RevisionPayload> stream, ServerCallContext context)
        {
            foreach (var number in request.RevisionIds)
            {
                Held? held;
                lock (server._gate) held = server._held.GetValueOrDefault(number);
                if (held is null) continue;
                server.DocumentsSent++;
                await stream.WriteAsync(new RevisionPayload { RevisionId = number, Payload = ByteString.CopyFrom(held.Payload) });
            }
        }

        public override Task<ReportResponse> Report(ReportRequest request, ServerCallContext context)
        {
            if (server.RefusesReports is { } status) throw new RpcException(new Status(status, "refused by the test"));
            server.Reports.Enqueue(request);
            return Task.FromResult(new ReportResponse { FullReportWanted = server.WantsFullReport });
        }
    }
}
