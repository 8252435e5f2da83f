using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>The server that was asked, and all below it.</summary>
internal sealed record ServerListDocument(IReadOnlyList<ServerBody> Servers);

/// <summary>A server as the one that was asked knows it.</summary>
internal sealed record ServerBody
{
    public required string? ServerId { get; init; }
    public required string Name { get; init; }
    public required string Role { get; init; }
    public required string? Site { get; init; }
    public required string? Parent { get; init; }
    public required string? ParentId { get; init; }
    public required string? GrpcUrl { get; init; }
    public required string? ContentUrl { get; init; }
    public required PositionDocument? Position { get; init; }

    /// <summary>Live records.</summary>
    public required long Count { get; init; }

    /// <summary>16 hex digits: the beginning of the SHA-256 of the whole digest.</summary>
    public required string Digest { get; init; }

    /// <summary>The whole digest, 4,096 hex digits, of the server that was asked alone.</summary>
    public required string? FullDigest { get; init; }
    public required long Lag { get; init; }
    public required bool Equal { get; init; }

    /// <summary>Since the sample; null for the server that was asked, and for one that was not heard of since that started.</summary>
    public required double? AgeSeconds { get; init; }

    /// <summary>Not heard of for 30 seconds: what stands here is old.</summary>
    public required bool Silent { get; init; }

    /// <summary>`connecting`, `catching_up`, `live` or `waiting`; null at a root.</summary>
    public required string? Phase { get; init; }

    /// <summary>Why it waits, or what went wrong last.</summary>
    public required string? Reason { get; init; }
    public required int ClientsConnected { get; init; }

    /// <summary>Files of approved updates that it is to have.</summary>
    public required int ContentFilesWanted { get; init; }
    public required int ContentFilesMissing { get; init; }
    public required string? SampledAt { get; init; }

    /// <summary>To agents and other clients.</summary>
    public required long ContentBytesServed { get; init; }

    /// <summary>To servers below.</summary>
    public required long ContentBytesServedToServers { get; init; }
    public required long ContentBytesFromParent { get; init; }
    public required long ContentBytesFromMicrosoft { get; init; }
    public required long OutboxPending { get; init; }
    public required long DigestMismatches { get; init; }

    /// <summary>States that were put right by fetching the records that differed.</summary>
    public required long Repairs { get; init; }

    /// <summary>When its records were last read again; null before the first time.</summary>
    public required string? ScrubbedAt { get; init; }

    /// <summary>What that found; null before the first time.</summary>
    public required string? ScrubState { get; init; }

    /// <summary>Records in its archive of losses.</summary>
    public required long LostRecords { get; init; }

    /// <summary>Why it decides nothing though it is a root; null elsewhere.</summary>
    public required string? ReadOnly { get; init; }
    public required string? Version { get; init; }

    /// <summary>Where it takes files from: `parent` or `microsoft_update`.</summary>
    public required string? ContentSource { get; init; }

    /// <summary>What was decided; null for nothing: then its own settings say.</summary>
    public required string? DecidedContentSource { get; init; }

    /// <summary>Where it stands in the log of the autonomous server that decides for it; null where the root decides.</summary>
    public required PositionDocument? OverlayPosition { get; init; }

    /// <summary>Live records of that log; null likewise.</summary>
    public required long? OverlayCount { get; init; }

    /// <summary>16 hex digits, as <see cref="Digest"/>; null likewise.</summary>
    public required string? OverlayDigest { get; init; }

    public static ServerBody From(Server server)
    {
        var status = server.Status;
        return new ServerBody
        {
            ServerId = Wire.Guid(status.Server.ServerId),
            Name = status.Server.Name,
            Role = Wire.Name(status.Server.Role),
            Site = Wire.NullIfEmpty(status.Server.Site),
            Parent = Wire.NullIfEmpty(server.Parent),
            ParentId = Wire.Guid(status.Server.ParentId),
            GrpcUrl = Wire.NullIfEmpty(status.Server.GrpcUrl),
            ContentUrl = Wire.NullIfEmpty(status.Server.ContentUrl),
            Position = PositionDocument.From(status.Position),
            Count = status.Count,
            Digest = Wire.Hex(status.Digest),
            FullDigest = Wire.Hex(server.Digest),
            Lag = server.Lag,
            Equal = server.Equal,
            AgeSeconds = server.Age?.ToTimeSpan().TotalSeconds,
            SampledAt = Wire.Time(status.SampledAt),
            Silent = server.Silent,
            Phase = Wire.Name(status.Phase),
            Reason = Wire.NullIfEmpty(status.Reason),
            ClientsConnected = status.ClientsConnected,
            ContentFilesWanted = status.ContentFilesWanted,
            ContentFilesMissing = status.ContentFilesMissing,
            ContentBytesServed = status.ContentBytesServed,
            ContentBytesServedToServers = status.ContentBytesServedToServers,
            ContentBytesFromParent = status.ContentBytesFromParent,
            ContentBytesFromMicrosoft = status.ContentBytesFromMicrosoft,
            OutboxPending = status.OutboxPending,
            DigestMismatches = status.DigestMismatches,
            Repairs = status.Repairs,
            ScrubbedAt = Wire.Time(status.ScrubbedAt),
            ScrubState = Wire.Name(status.ScrubState),
            LostRecords = status.LostRecords,
            ReadOnly = Wire.NullIfEmpty(status.ReadOnly),
            Version = Wire.NullIfEmpty(status.Version),
            ContentSource = Wire.Name(status.ContentSource),
            DecidedContentSource = Wire.Name(server.DecidedContentSource),
            OverlayPosition = PositionDocument.From(status.OverlayPosition),
            OverlayCount = status.OverlayPosition is null ? null : status.OverlayCount,
            OverlayDigest = status.OverlayPosition is null ? null : Wire.Hex(status.OverlayDigest),
        };
    }
}
