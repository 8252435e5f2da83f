using Google.Protobuf.WellKnownTypes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Tests.Server;
using Xunit;

namespace Hierarchy.Tests.Rollup;

public sealed class RollupEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Message_OfALaterVersion_IsPassedOver()
    {
        await using var root = await RunningServer.RootAsync();
        var id = Guid.NewGuid();
        using var call = new RollupService.RollupServiceClient(root.Channel).Rollup(cancellationToken: Token);
        await call.RequestStream.WriteAsync(new RollupRequest { Started = new RollupStarted { ServerId = Positions.Id(id), ServerName = "later", OutboxIncarnation = Positions.Id(Guid.NewGuid()) } }, Token);
        // Field 99, of which this version knows nothing: two bytes of content.
        await call.RequestStream.WriteAsync(RollupRequest.Parser.ParseFrom([0x9a, 0x06, 0x02, 0x08, 0x01]), Token);
        var status = new ServerStatus { Server = new ServerRecord { ServerId = Positions.Id(id), Name = "later", ParentId = Positions.Id(root.Get<Hierarchy.Replication.ServerIdentity>().Id) }, SampledAt = DateTimeOffset.UtcNow.ToTimestamp() };
        await call.RequestStream.WriteAsync(new RollupRequest { Servers = new ServerStatuses { Servers = { status } } }, Token);

        await Eventually.HoldsAsync(
            "what comes after it is taken",
            async () => (await root.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: Token)).Servers.Any(server => server.Status.Server.Name == "later"));
    }
}
