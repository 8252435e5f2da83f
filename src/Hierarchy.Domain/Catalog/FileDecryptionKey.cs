namespace Hierarchy.Domain.Catalog;

/// <summary>What opens one encrypted file. It prints without the key, so that no log and no message ever has it.</summary>
/// <param name="File">The file.</param>
/// <param name="Key">As the upstream gave it.</param>
public sealed record FileDecryptionKey(Sha1Digest File, ReadOnlyMemory<byte> Key)
{
    /// <inheritdoc/>
    public override string ToString() => $"a key of {Key.Length} bytes for {File}";
}
