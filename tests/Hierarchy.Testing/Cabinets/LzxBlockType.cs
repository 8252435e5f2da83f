namespace Hierarchy.Testing.Cabinets;

/// <summary>The three kinds of LZX block, numbered as the stream numbers them; <see cref="Cheapest"/> lets the encoder choose for each block.</summary>
public enum LzxBlockType
{
    Cheapest = 0,
    Verbatim = 1,
    Aligned = 2,
    Uncompressed = 3,
}
