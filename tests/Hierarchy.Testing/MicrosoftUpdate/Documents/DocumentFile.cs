namespace Hierarchy.Testing.MicrosoftUpdate.Documents;

/// <summary>A file that a document names: its SHA-1 (which is its name on the wire), its own name, and whether its bytes are encrypted.</summary>
public sealed record DocumentFile(byte[] Sha1, string FileName, bool IsEncrypted);
