namespace Hierarchy.Domain.Catalog;

/// <summary>The keys of encrypted files, for those who serve them to Windows clients. They are opened for the asking and kept nowhere in clear.</summary>
public interface IDecryptionKeys
{
    /// <summary>The keys of a revision's encrypted files; none when it has no such files or the upstream gave no keys.</summary>
    /// <exception cref="UnavailableException">They are here, sealed, and what opens them is not: it is on its way from the parent.</exception>
    ValueTask<IReadOnlyList<FileDecryptionKey>> FindAsync(RevisionId id, CancellationToken cancellationToken);
}
