using System.Security.Cryptography;
using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Secrets;

namespace Hierarchy.Replication.Wire;

/// <summary>Records of decryption keys, sealed on the way in and opened for the asking.</summary>
public static class DecryptionKeyRecords
{
    /// <summary>The keys of a revision's files, sealed.</summary>
    public static Change Seal(RevisionId id, IReadOnlyList<FileDecryptionKey> keys, TreeSecret secret)
    {
        var message = new DecryptionKeys();
        foreach (var key in keys)
            message.Keys.Add(new DecryptionKey { Sha1 = ByteString.CopyFrom(key.File.ToArray()), Key = ByteString.CopyFrom(key.Key.Span) });
        var plain = message.ToByteArray();
        var place = id.ToKey();
        var record = new DecryptionKeysRecord
        {
            UpdateId = Positions.Id(id.UpdateId),
            RevisionNumber = id.RevisionNumber,
            SecretId = ByteString.CopyFrom(secret.Id.Span),
            Sealed = ByteString.CopyFrom(secret.Seal(place, plain)),
        };
        CryptographicOperations.ZeroMemory(plain);
        return new Change((int)RecordKind.DecryptionKeys, place, record.ToByteArray());
    }

    /// <summary>Where the keys of a revision stand in the log.</summary>
    public static async ValueTask<DecryptionKeysRecord?> FindAsync(ILogReader log, RevisionId id, CancellationToken cancellationToken)
    {
        if ((await log.FindAsync((int)RecordKind.DecryptionKeys, id.ToKey(), cancellationToken))?.Payload is not { } payload) return null;
        try
        {
            return DecryptionKeysRecord.Parser.ParseFrom(payload.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new IntegrityException($"The decryption keys of {id} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Opens a record.</summary>
    /// <exception cref="IntegrityException">Another secret sealed it, or it belongs to another revision, or it is damaged.</exception>
    public static IReadOnlyList<FileDecryptionKey> Open(RevisionId id, DecryptionKeysRecord record, TreeSecret secret)
    {
        var plain = secret.Open(id.ToKey(), record.Sealed.Span);
        try
        {
            return [.. DecryptionKeys.Parser.ParseFrom(plain).Keys.Select(key => new FileDecryptionKey(Sha1(key.Sha1, id), key.Key.ToByteArray()))];
        }
        catch (InvalidProtocolBufferException)
        {
            // Its message could show a part of what was opened.
            throw new IntegrityException($"The decryption keys of {id} were opened and cannot be read. Run `hierarchy sync run`: the keys are then fetched anew.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static Sha1Digest Sha1(ByteString bytes, RevisionId id) => bytes.Length == Sha1Digest.Length
        ? new Sha1Digest(bytes.Span)
        : throw new IntegrityException($"A decryption key of {id} names a file by {bytes.Length} bytes.");
}
