using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>How content stands.</summary>
internal sealed record ContentStatusDocument(
    string Server, string Store, int Files, long Bytes, long FreeBytes, long? SizeLimit, string? Fetch, int FilesWanted, long BytesWanted, int FilesMissing, long BytesMissing, int FilesBeyondLimit,
    long BytesBeyondLimit, IReadOnlyList<ContentTransferBody> Transfers, IReadOnlyList<ContentFailureBody> Failures, IReadOnlyList<MissingContentBody> Missing, IReadOnlyList<LinkStateBody> Links,
    ContentCountsBody Counts, PruneDocument? LastPrune, IReadOnlyList<ServerContentBody> Servers)
{
    public static ContentStatusDocument From(GetContentStatusResponse status) => new(
        status.ServerName, status.Store, status.Files, status.Bytes, status.FreeBytes, status.Policy.SizeLimit > 0 ? status.Policy.SizeLimit : null, Wire.Name(status.Policy.Fetch), status.FilesWanted,
        status.BytesWanted, status.FilesMissing, status.BytesMissing, status.FilesBeyondLimit, status.BytesBeyondLimit, [.. status.Transfers.Select(ContentTransferBody.From)],
        [.. status.Failures.Select(ContentFailureBody.From)], [.. status.Missing.Select(file => new MissingContentBody(Wire.Hex(file.Sha1), file.Name, file.Size, Wire.Time(file.Deadline)))],
        [.. status.Links.Select(link => new LinkStateBody(link.Name, link.HasRate ? link.Rate : null, Wire.Time(link.NextChange)))], ContentCountsBody.From(status.Counts),
        status.LastPrune is { } prune ? PruneDocument.From(whatIf: false, prune) : null, [.. status.Servers.Select(ServerContentBody.From)]);
}

/// <summary>One file under way.</summary>
internal sealed record ContentTransferBody(string? Sha1, string Name, long Size, long Received, string? State, bool ClientWaits, string? Origin, string? LastError)
{
    public static ContentTransferBody From(ContentTransfer transfer) => new(
        Wire.Hex(transfer.Sha1), transfer.Name, transfer.Size, transfer.Received, Wire.Name(transfer.State), transfer.ClientWaits, Wire.NullIfEmpty(transfer.Origin), Wire.NullIfEmpty(transfer.LastError));
}

/// <summary>A file that could not be fetched.</summary>
internal sealed record ContentFailureBody(string? Sha1, string Name, long Size, string Reason, string? At)
{
    public static ContentFailureBody From(ContentFailure failure) => new(Wire.Hex(failure.Sha1), failure.Name, failure.Size, failure.Reason, Wire.Time(failure.At));
}

/// <summary>A file that is to be fetched.</summary>
internal sealed record MissingContentBody(string? Sha1, string Name, long Size, string? Deadline);

/// <summary>What a link lets through; a null rate is none.</summary>
internal sealed record LinkStateBody(string Name, long? Rate, string? NextChange);

/// <summary>What went in and out since the server started.</summary>
internal sealed record ContentCountsBody(
    long BytesToAgents, long BytesToClients, long BytesToServers, long BytesFromParent, long BytesFromSiblings, long BytesFromMicrosoft, long FilesStored, long VerificationFailures, long FilesQuarantined)
{
    public static ContentCountsBody From(ContentCounts counts) => new(
        counts.BytesToAgents, counts.BytesToClients, counts.BytesToServers, counts.BytesFromParent, counts.BytesFromSiblings, counts.BytesFromMicrosoft, counts.FilesStored, counts.VerificationFailures,
        counts.FilesQuarantined);
}

/// <summary>What a server says of its content.</summary>
internal sealed record ServerContentBody(string Name, string? Site, int FilesWanted, int FilesMissing, long BytesServed, long BytesFetched, double? AgeSeconds, bool Silent)
{
    public static ServerContentBody From(ServerContent server) => new(
        server.Name, Wire.NullIfEmpty(server.Site), server.FilesWanted, server.FilesMissing, server.BytesServed, server.BytesFetched, server.Age?.ToTimeSpan().TotalSeconds, server.Silent);
}

/// <summary>What was removed, or would be.</summary>
internal sealed record PruneDocument(bool WhatIf, int FilesUnneeded, long BytesUnneeded, int FilesBeyondLimit, long BytesBeyondLimit, int Leftovers, long BytesOfLeftovers, string? At)
{
    public int Files => FilesUnneeded + FilesBeyondLimit + Leftovers;

    public long Bytes => BytesUnneeded + BytesBeyondLimit + BytesOfLeftovers;

    public static PruneDocument From(bool whatIf, PruneContentResponse prune) => new(
        whatIf, prune.FilesUnneeded, prune.BytesUnneeded, prune.FilesBeyondLimit, prune.BytesBeyondLimit, prune.Leftovers, prune.BytesOfLeftovers, Wire.Time(prune.At));
}

/// <summary>What a check of the store found.</summary>
internal sealed record ContentVerifiedDocument(bool Repair, int Files, long Bytes, int Damaged, int Repaired, IReadOnlyList<DamagedContentBody> DamagedFiles);

/// <summary>A damaged file, and what became of it.</summary>
internal sealed record DamagedContentBody(string? Sha1, string? Name, long Size, string Outcome);

/// <summary>The same beside an error.</summary>
internal sealed record ContentDamagedDocument(ErrorBody Error, ContentVerifiedDocument Content);

/// <summary>What was fetched.</summary>
internal sealed record ContentPrefetchedDocument(int Files, long Bytes, int Present, int Fetched, IReadOnlyList<ContentFailureBody> Failures);

/// <summary>The same beside an error.</summary>
internal sealed record ContentNotFetchedDocument(ErrorBody Error, ContentPrefetchedDocument Content);
