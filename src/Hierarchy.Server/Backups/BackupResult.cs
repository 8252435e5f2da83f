using Hierarchy.Domain.Changes;

namespace Hierarchy.Server.Backups;

/// <summary>What a backup holds.</summary>
/// <param name="Position">Where the log stood.</param>
/// <param name="Count">Live records.</param>
/// <param name="Digest">Of the live records, recomputed from the copy.</param>
/// <param name="TakenAt">When, UTC.</param>
/// <param name="Bytes">Of the archive.</param>
/// <param name="BytesOfFiles">Of the files in it.</param>
internal sealed record BackupResult(Position Position, long Count, ReadOnlyMemory<byte> Digest, DateTimeOffset TakenAt, long Bytes, long BytesOfFiles);
