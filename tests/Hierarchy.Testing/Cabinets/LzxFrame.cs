namespace Hierarchy.Testing.Cabinets;

/// <summary>One frame of an LZX stream, which a cabinet carries in one CFDATA block: where its compressed bytes lie and what they decode to.</summary>
public readonly record struct LzxFrame(int Offset, int CompressedLength, int Length);
