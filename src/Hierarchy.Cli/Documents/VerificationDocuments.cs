using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>What `servers verify` found. Sound: no server is different or unreachable.</summary>
internal sealed record ServersVerifyDocument(bool Sound, IReadOnlyList<VerifiedServerBody> Servers);

/// <summary>One server's records, read anew.</summary>
internal sealed record VerifiedServerBody
{
    public required string? ServerId { get; init; }
    public required string Name { get; init; }
    public required string? Parent { get; init; }

    /// <summary>`equal`, `sound`, `different` or `unreachable`.</summary>
    public required string Outcome { get; init; }
    public required PositionDocument? Position { get; init; }
    public required long Count { get; init; }

    /// <summary>16 hex digits: the beginning of the SHA-256 of the digest of what was found.</summary>
    public required string Digest { get; init; }

    /// <summary>Numbers of the record kinds that differ from the asked server's at the same position.</summary>
    public required IReadOnlyList<int> DifferentKinds { get; init; }
    public required IReadOnlyList<VerifiedKindBody> Kinds { get; init; }

    /// <summary>The log that decides in place of the tree's; null where there is none.</summary>
    public required VerifiedOverlayBody? Overlay { get; init; }
    public required string? VerifiedAt { get; init; }
    public required string? Reason { get; init; }

    public static VerifiedServerBody From(VerifiedServer server)
    {
        var found = server.Verification;
        return new VerifiedServerBody
        {
            ServerId = found.ServerId.IsEmpty ? null : Wire.Guid(found.ServerId),
            Name = found.ServerName,
            Parent = Wire.NullIfEmpty(server.Parent),
            Outcome = Wire.Name(server.Outcome) ?? "",
            Position = PositionDocument.From(found.Position),
            Count = found.Count,
            Digest = Wire.Hex(found.Digest),
            DifferentKinds = [.. server.DifferentKinds],
            Kinds = [.. found.Kinds.Select(kind => new VerifiedKindBody(kind.Kind, kind.Count, Wire.Hex(kind.Digest)))],
            Overlay = found.Overlay is { } overlay ? new VerifiedOverlayBody(PositionDocument.From(overlay.Position), overlay.Count, Wire.Hex(overlay.Digest)) : null,
            VerifiedAt = Wire.Time(found.VerifiedAt),
            Reason = Wire.NullIfEmpty(found.Reason),
        };
    }
}

/// <summary>What was found in the rows of an overlay.</summary>
internal sealed record VerifiedOverlayBody(PositionDocument? Position, long Count, string Digest);

/// <summary>What was found of one kind.</summary>
internal sealed record VerifiedKindBody(int Kind, long Count, string Digest);
