using System.Security.Cryptography;
using Hierarchy.Content;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Benchmarks.Content;

/// <summary>Files of a benchmark: they stand in a folder as a WSUS keeps them, to be adopted.</summary>
internal sealed class BenchCatalog(string folder) : IContentCatalog
{
    private const int BufferLength = 1 << 20;
    private readonly Dictionary<Sha1Digest, ContentFile> _files = [];

    public IReadOnlyCollection<ContentFile> Files => _files.Values;

    public ContentFile? Find(Sha1Digest sha1) => _files.GetValueOrDefault(sha1);

    /// <summary>Makes a file that differs from all others; where it is sparse, by its first bytes alone.</summary>
    public async Task<ContentFile> AddAsync(string name, long length, int seed, bool sparse, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $"{seed}.tmp");
        Directory.CreateDirectory(folder);
        var buffer = new byte[BufferLength];
        var random = new Random(seed);
        await using (var stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
        {
            random.NextBytes(buffer);
            for (long offset = 0; offset < length; offset += BufferLength)
            {
                await stream.WriteAsync(buffer.AsMemory(0, (int)Math.Min(BufferLength, length - offset)), cancellationToken);
                if (sparse) break;
                BitConverter.TryWriteBytes(buffer, offset);
            }

            stream.SetLength(length);
        }

        byte[] sha1, sha256;
        await using (var stream = File.OpenRead(path))
        {
            using var one = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            using var two = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                one.AppendData(buffer.AsSpan(0, read));
                two.AppendData(buffer.AsSpan(0, read));
            }

            (sha1, sha256) = (one.GetHashAndReset(), two.GetHashAndReset());
        }

        var file = ContentFile.Create(sha1, sha256, length, name, microsoftUpdateUrl: null);
        _files[file.Sha1] = file;
        var place = PathOf(file);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Move(path, place, overwrite: true);
        return file;
    }

    /// <summary>Where it stands in the folder.</summary>
    public string PathOf(ContentFile file) => folder + ContentPath.For(file)["/Content".Length..];
}
