using Hierarchy.Domain;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Courier;

namespace Hierarchy.Server.Courier;

/// <summary>What the beginning of a position or status file tells of the server that it comes from: where it stands, and which content it has.</summary>
/// <param name="Header">The file's header.</param>
/// <param name="Held">Prefixes of the SHA-256 of content files.</param>
internal sealed record CourierNeed(CourierHeader Header, IReadOnlySet<Guid> Held)
{
    /// <summary>Reads as far as the bytes go; a status file's reports do not matter here.</summary>
    /// <exception cref="IntegrityException">It is no such file.</exception>
    public static CourierNeed Read(ReadOnlySpan<byte> bytes)
    {
        using var reader = new CourierReader();
        reader.Append(bytes);
        if (!reader.TryRead(out var first)) throw new IntegrityException("The position file is cut off in its header. Write it again.");
        var header = CourierHeaders.Read(first);
        if (header.Standing is null) throw new IntegrityException("This is no position or status file, but one that carries the log. Name the file that `hierarchy export --position FILE` wrote at the server that follows by courier.");
        var held = new HashSet<Guid>();
        while (reader.TryRead(out var frame) && frame.Type == CourierFrameType.Held) CourierContent.ReadHeld(frame, held);
        return new CourierNeed(header, held);
    }
}
