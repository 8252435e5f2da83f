namespace Hierarchy.Agent.Download;

/// <summary>A file that this cycle brought onto the computer.</summary>
/// <param name="Name">The update's own name of it.</param>
/// <param name="Sha1">Its name on the wire.</param>
/// <param name="Size">Its length.</param>
/// <param name="Bytes">How many bytes came over the network now; fewer than the length when the download was resumed.</param>
/// <param name="From">The address that the last byte came from.</param>
internal sealed record DownloadedFile(string Name, string Sha1, long Size, long Bytes, string From);
