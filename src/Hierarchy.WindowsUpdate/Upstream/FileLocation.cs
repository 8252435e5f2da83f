namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>Where a file of an update is found.</summary>
/// <param name="Sha1">Which file: 20 bytes.</param>
/// <param name="MuUrl">At Microsoft Update, as the upstream wrote it; empty when it said none.</param>
/// <param name="UssUrl">At the upstream server itself, absolute or relative to its address; null when it said none.</param>
public sealed record FileLocation(byte[] Sha1, string MuUrl, string? UssUrl);
