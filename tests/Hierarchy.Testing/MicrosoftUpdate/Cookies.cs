using System.Buffers.Binary;
using System.Security.Cryptography;
using Hierarchy.Testing.MicrosoftUpdate.Soap;

namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>
/// Issues and checks the two cookies. Their bytes are opaque to clients: kind, account, end of validity and an authentication code under a key that
/// lives as long as the server, so a restart makes all of them invalid. Padded to the length that the captured server's have.
/// </summary>
internal sealed class Cookies(TimeProvider time, TimeSpan lifetime)
{
    public const byte Authorization = 1;
    public const byte Session = 2;

    private const int SealedLength = 1 + 16 + 8;
    private const int CodeLength = 32;
    private const int Length = 304;

    private byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Makes every cookie issued so far invalid.</summary>
    public void Forget() => _key = RandomNumberGenerator.GetBytes(32);

    public (byte[] Bytes, DateTimeOffset Expiration) Issue(byte kind, Guid account)
    {
        var expiration = time.GetUtcNow() + lifetime;
        var bytes = new byte[Length];
        bytes[0] = kind;
        account.TryWriteBytes(bytes.AsSpan(1));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(17), expiration.UtcTicks);
        HMACSHA256.HashData(_key, bytes.AsSpan(0, SealedLength), bytes.AsSpan(SealedLength, CodeLength));
        return (bytes, expiration);
    }

    /// <summary>Gives the account that a cookie was issued to, or ends the call with a fault.</summary>
    public Guid Check(byte kind, byte[]? bytes, string errorCode)
    {
        if (bytes is not { Length: Length } || bytes[0] != kind)
            throw new SoapFaultException(errorCode);
        Span<byte> code = stackalloc byte[CodeLength];
        HMACSHA256.HashData(_key, bytes.AsSpan(0, SealedLength), code);
        var isOurs = CryptographicOperations.FixedTimeEquals(code, bytes.AsSpan(SealedLength, CodeLength));
        if (!isOurs || BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(17)) <= time.GetUtcNow().UtcTicks)
            throw new SoapFaultException(errorCode);
        return new Guid(bytes.AsSpan(1, 16));
    }
}
