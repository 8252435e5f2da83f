using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server's verifications, with fixed answers.</summary>
internal sealed class CannedVerification : VerificationService.VerificationServiceBase
{
    /// <summary>Whether one server differs.</summary>
    public bool HasDifference { get; set; }

    public override async Task VerifyServers(VerifyServersRequest request, IServerStreamWriter<VerifyServersResponse> responseStream, ServerCallContext context)
    {
        var reading = Server(1, "root", VerificationState.Running);
        reading.Through = 21;
        await responseStream.WriteAsync(new VerifyServersResponse { Servers = { new VerifiedServer { Outcome = VerificationOutcome.Running, Verification = reading } } });
        var last = new VerifyServersResponse { Finished = true, Servers = { new VerifiedServer { Outcome = VerificationOutcome.Equal, Verification = Server(1, "root", VerificationState.Sound) } } };
        last.Servers.Add(HasDifference
            ? new VerifiedServer { Parent = "root", Outcome = VerificationOutcome.Different, Verification = Server(2, "replica-a", VerificationState.Rotten), DifferentKinds = { 3, 9999 } }
            : new VerifiedServer { Parent = "root", Outcome = VerificationOutcome.Equal, Verification = Below(Server(2, "replica-a", VerificationState.Sound)) });
        await responseStream.WriteAsync(last);
    }

    private static ServerVerification Server(byte id, string name, VerificationState state) => new()
    {
        ServerId = Id(id),
        ServerName = name,
        State = state,
        Position = new Position { LogId = Id(20), Epoch = 2, EpochId = Id(21), Sequence = 42 },
        Count = 40,
        Digest = 0x0123456789abcdef,
        Kinds = { new KindVerification { Kind = 3, Count = 40, Digest = 0xfedcba9876543210 } },
        Through = 42,
        Reason = state == VerificationState.Rotten ? "Its records differ." : "",
        VerifiedAt = Timestamp.FromDateTime(new DateTime(2026, 10, 4, 12, 0, 0, 500, DateTimeKind.Utc)),
    };

    /// <summary>As it stands below an autonomous server.</summary>
    private static ServerVerification Below(ServerVerification server)
    {
        server.Overlay = new OverlayVerification { State = server.State, Position = server.Position, Count = 7, Digest = server.Digest };
        return server;
    }

    private static ByteString Id(byte last) => ByteString.CopyFrom([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, last]);
}
