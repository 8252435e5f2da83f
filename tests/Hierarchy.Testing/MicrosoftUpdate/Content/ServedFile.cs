using System.Buffers;
using System.Security.Cryptography;

namespace Hierarchy.Testing.MicrosoftUpdate.Content;

/// <summary>A file as documents name it and as it is served: its name, its digests and its bytes.</summary>
public sealed record ServedFile(string FileName, byte[] Sha1, byte[] Sha256, FileBytes Bytes)
{
    private const int PieceLength = 64 * 1024;

    public long Length => Bytes.Length;

    /// <summary>Makes a file of the bytes given, computing its digests.</summary>
    public static ServedFile Create(string fileName, FileBytes bytes)
    {
#pragma warning disable CA5350 // SHA-1 is the name that the protocol gives to files.
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        for (long offset = 0; offset < bytes.Length; offset += PieceLength)
        {
            var span = piece.AsSpan(0, (int)Math.Min(PieceLength, bytes.Length - offset));
            bytes.Read(offset, span);
            sha1.AppendData(span);
            sha256.AppendData(span);
        }

        ArrayPool<byte>.Shared.Return(piece);
        return new ServedFile(fileName, sha1.GetHashAndReset(), sha256.GetHashAndReset(), bytes);
    }
}
