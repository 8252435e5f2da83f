using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Secrets;

/// <summary>Opens the sealed keys in this server's log, root or replica, for the asking.</summary>
internal sealed class DecryptionKeyVault(ILogReader log, TreeSecretStore secrets) : IDecryptionKeys
{
    public async ValueTask<IReadOnlyList<FileDecryptionKey>> FindAsync(RevisionId id, CancellationToken cancellationToken)
    {
        if (await DecryptionKeyRecords.FindAsync(log, id, cancellationToken) is not { } record) return [];
        if (secrets.Current is { } secret && secret.Is(record.SecretId.Span)) return DecryptionKeyRecords.Open(id, record, secret);
        secrets.Want();
        throw new UnavailableException(
            $"The decryption keys of {id} are sealed by the tree's secret {Convert.ToHexStringLower(record.SecretId.Span)}, which is not here. A replica fetches it from its parent; a root that lost secrets/tree.key fetches the keys anew at the next synchronization.");
    }
}
