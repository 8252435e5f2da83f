using System.Security.Cryptography;
using Hierarchy.Agent.Office;
using Hierarchy.Domain;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Office;

namespace Hierarchy.Agent.Scan;

/// <summary>
/// Facts from a file, read again for every scan, since an installer may change it; understood again only when its bytes are others. Its `root`, when it names one, is looked at too.
/// </summary>
internal sealed class FactsFile : IFactsSource
{
    private const int MaximumLength = 16 * 1024 * 1024;

    private byte[] _digest;
    private FactSet _facts;

    private FactsFile(string path, string? root, byte[] digest, FactSet facts) => (Path, Root, _digest, _facts) = (path, root, digest, facts);

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public string? Root { get; }

    /// <exception cref="IntegrityException">The file is not there, or cannot be read; the message says what to correct.</exception>
    internal static FactsFile Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var (digest, facts) = Load(full, [], FactSet.Empty);

        // A relative root is relative to the file that names it, so that both can move together.
        var root = facts.Root is { Length: > 0 } named ? System.IO.Path.GetFullPath(named, System.IO.Path.GetDirectoryName(full) ?? full) : null;
        return new FactsFile(full, root, digest, facts);
    }

    /// <inheritdoc/>
    public IFacts Read(IReadOnlySet<Guid> installedOnce)
    {
        (_digest, _facts) = Load(Path, _digest, _facts);
        var facts = _facts.WithInstalled(installedOnce);
        return Root is null ? facts : facts with { FindOnDisk = new DiskFiles(Root).Find };
    }

    /// <inheritdoc/>
    public OfficeSurvey Survey()
    {
        (_digest, _facts) = Load(Path, _digest, _facts);
        return new OfficeSurvey(_facts.ReadOffice(), _facts.ReadUsers());
    }

    /// <inheritdoc/>
    public IReadOnlyList<OfficeUser> ReadUsers() => Survey().Users;

    private static (byte[] Digest, FactSet Facts) Load(string path, byte[] digest, FactSet facts)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaximumLength) throw new IntegrityException($"The facts file {path} has {stream.Length} bytes; at most {MaximumLength} are read.");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var now = SHA256.HashData(bytes);
            return now.AsSpan().SequenceEqual(digest) ? (digest, facts) : (now, FactSetReader.Read(bytes));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IntegrityException($"The facts file {path} cannot be read: {exception.Message} Name another with --facts.", exception);
        }
        catch (IntegrityException exception) when (!exception.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new IntegrityException($"{path}: {exception.Message}", exception);
        }
    }
}
