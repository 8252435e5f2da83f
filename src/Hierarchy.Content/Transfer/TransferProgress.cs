namespace Hierarchy.Content.Transfer;

/// <summary>One file under way.</summary>
/// <param name="File">The file.</param>
/// <param name="Received">Bytes of it here.</param>
/// <param name="State">How far it is.</param>
/// <param name="Priority">Whether a client waits.</param>
/// <param name="LastError">Why the last attempt failed; null when none did.</param>
/// <param name="Origin">Where it comes from, or came from last; null before the first attempt.</param>
public sealed record TransferProgress(ContentFile File, long Received, TransferState State, TransferPriority Priority, string? LastError, ContentOrigin? Origin);
