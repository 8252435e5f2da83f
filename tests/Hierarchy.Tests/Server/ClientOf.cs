using Google.Protobuf;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>A client that keeps what it was told, and its positions, as an agent does.</summary>
internal sealed class ClientOf(string id)
{
    private Position? _position;
    private ByteString _scope = ByteString.Empty;

    public Position? OverlayPosition { get; private set; }

    public Dictionary<RevisionId, DecisionAction> Decisions { get; } = [];

    /// <summary>Whether the last sync told everything anew.</summary>
    public bool WasFull { get; private set; }

    /// <summary>Decisions that came with the last sync.</summary>
    public int Told { get; private set; }

    public SyncRequest Request(bool follow = false) => new() { ClientId = id, Position = _position, OverlayPosition = OverlayPosition, ScopeHash = _scope, Follow = follow };

    /// <summary>One sync; false when the server is behind.</summary>
    public async Task<bool> SyncAsync(RunningServer server)
    {
        var token = TestContext.Current.CancellationToken;
        using var call = server.Client.Sync(Request(), cancellationToken: token);
        Told = 0;
        while (await call.ResponseStream.MoveNext(token))
        {
            var response = call.ResponseStream.Current;
            if (response.Behind is not null) return false;
            if (response.Started is { } started)
            {
                WasFull = started.Full;
                _scope = started.ScopeHash;
                if (started.Full) Decisions.Clear();
            }

            foreach (var decision in response.Decisions?.Decisions ?? [])
            {
                Decisions[new RevisionId(Positions.Id(decision.UpdateId, "update"), decision.RevisionNumber)] = decision.Action;
                Told++;
            }

            if (response.Completed is { } completed) (_position, OverlayPosition) = (completed.Checkpoint.Position, completed.OverlayCheckpoint?.Position);
        }

        return true;
    }
}
