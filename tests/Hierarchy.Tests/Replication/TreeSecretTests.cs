using System.Security.Cryptography;
using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Secrets;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Replication;

/// <summary>Sealing, and the envelope that carries a secret: each attack that they stop.</summary>
public class TreeSecretTests
{
    private static readonly byte[] ServerId = Guid.NewGuid().ToByteArray(bigEndian: true);
    private static readonly RevisionId Revision = new(Guid.NewGuid(), 200);

    [Fact]
    public void Seal_ThereAndBack_IsTheSameAndNeverTheSameBytes()
    {
        var secret = TreeSecret.Generate();
        byte[] plain = [1, 2, 3];

        var (first, second) = (secret.Seal("place"u8, plain), secret.Seal("place"u8, plain));

        Assert.Equal(plain, secret.Open("place"u8, first));
        Assert.NotEqual(first, second);
        Assert.Equal(12 + 3 + 16, first.Length);
        Assert.Equal(plain, TreeSecret.Import(secret.Export()).Open("place"u8, second));
    }

    [Fact]
    public void Open_AnotherPlaceAnotherSecretOrChangedBytes_IsRefused()
    {
        var secret = TreeSecret.Generate();
        var value = secret.Seal("place"u8, [1, 2, 3]);

        Assert.Throws<IntegrityException>(() => secret.Open("elsewhere"u8, value));
        Assert.Throws<IntegrityException>(() => TreeSecret.Generate().Open("place"u8, value));
        for (var i = 0; i < value.Length; i++)
        {
            var changed = value.ToArray();
            changed[i] ^= 1;
            Assert.Throws<IntegrityException>(() => secret.Open("place"u8, changed));
        }

        Assert.Throws<IntegrityException>(() => secret.Open("place"u8, value.AsSpan(0, 20)));
        Assert.Throws<IntegrityException>(() => TreeSecret.Import(new byte[31]));
    }

    [Fact]
    public void Secret_Printed_ShowsItsIdAlone()
    {
        var secret = TreeSecret.Generate();

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(secret.Export())[..8]), $"{secret}");
        Assert.DoesNotContain(Convert.ToHexStringLower(secret.Export()), $"{secret}", StringComparison.Ordinal);
    }

    [Fact]
    public void KeyRecord_ThereAndBack_IsTheSameAndBoundToItsRevision()
    {
        var secret = TreeSecret.Generate();
        FileDecryptionKey[] keys = [new(new Sha1Digest(new byte[20]), new byte[] { 7, 7, 7 })];

        var change = DecryptionKeyRecords.Seal(Revision, keys, secret);
        var record = DecryptionKeysRecord.Parser.ParseFrom(change.Payload!.Value.Span);

        Assert.Equal((int)RecordKind.DecryptionKeys, change.Kind);
        Assert.Equal(Revision.ToKey(), change.Key.ToArray());
        Assert.Equal(secret.Id.ToArray(), record.SecretId.ToByteArray());
        var opened = Assert.Single(DecryptionKeyRecords.Open(Revision, record, secret));
        Assert.Equal(keys[0].File, opened.File);
        Assert.Equal(keys[0].Key.ToArray(), opened.Key.ToArray());
        Assert.Throws<IntegrityException>(() => DecryptionKeyRecords.Open(Revision with { RevisionNumber = 201 }, record, secret));
    }

    [Fact]
    public void Envelope_ThereAndBack_CarriesTheSecretAndNothingInClear()
    {
        var secret = TreeSecret.Generate();
        using var asking = new SecretEnvelope();

        var answer = SecretEnvelope.Answer(Request(asking.PublicKey), secret);

        Assert.Equal(secret.Export(), asking.Open(answer, ServerId).Export());
        Assert.Equal(-1, answer.ToByteArray().AsSpan().IndexOf(secret.Export().AsSpan(0, 8)));
    }

    [Fact]
    public void Envelope_ForSomeoneElseOrChanged_IsRefused()
    {
        using var asking = new SecretEnvelope();
        using var listening = new SecretEnvelope();
        var answer = SecretEnvelope.Answer(Request(asking.PublicKey), TreeSecret.Generate());

        Assert.Throws<IntegrityException>(() => listening.Open(answer, ServerId));
        Assert.Throws<IntegrityException>(() => asking.Open(answer, new byte[16]));
        var relabelled = answer.Clone();
        relabelled.SecretId = ByteString.CopyFrom(new byte[8]);
        Assert.Throws<IntegrityException>(() => asking.Open(relabelled, ServerId));
        var swapped = answer.Clone();
        swapped.PublicKey = ByteString.CopyFrom(listening.PublicKey);
        Assert.Throws<IntegrityException>(() => asking.Open(swapped, ServerId));
    }

    [Fact]
    public void Envelope_ForAKeyThatIsNoneOfP256_IsRefused()
    {
        var secret = TreeSecret.Generate();
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);

        foreach (var key in new[] { [], [1, 2, 3], new byte[5_000], other.PublicKey.ExportSubjectPublicKeyInfo(), rsa.ExportSubjectPublicKeyInfo() })
            Assert.Throws<IntegrityException>(() => SecretEnvelope.Answer(Request(key), secret));
    }

    private static GetTreeSecretRequest Request(byte[] publicKey) => new() { ServerId = ByteString.CopyFrom(ServerId), PublicKey = ByteString.CopyFrom(publicKey) };
}
