using System.Buffers.Binary;
using System.Text;

namespace Hierarchy.Domain.Sites;

/// <summary>
/// The stable spread of clients over servers that are equally near: rendezvous hashing. Each (client, server) pair has a 64-bit weight and the highest goes first, so clients share equal servers evenly, and when a server
/// joins or leaves, only the clients it gains or had move.
/// </summary>
/// <remarks>
/// The weight is the same on every platform and version, because a client that asks two servers must hear one order:
/// <c>mix(fnv1a64(UTF-8 of the client id) ^ mix(high ^ mix(low)))</c>, where high and low are the halves of the server's id
/// in network order, FNV-1a has its published 64-bit constants, and mix is the finaliser of MurmurHash3 (fmix64).
/// </remarks>
public static class ServerRanking
{
    /// <summary>The weight of a pair, as the remarks define it.</summary>
    public static ulong Weight(string clientId, Guid serverId) => Mix(HashClient(clientId) ^ HashServer(serverId));

    internal static ulong HashServer(Guid serverId)
    {
        Span<byte> id = stackalloc byte[16];
        serverId.TryWriteBytes(id, bigEndian: true, out _);
        return Mix(BinaryPrimitives.ReadUInt64BigEndian(id) ^ Mix(BinaryPrimitives.ReadUInt64BigEndian(id[8..])));
    }

    internal static ulong HashClient(string clientId)
    {
        var maximum = Encoding.UTF8.GetMaxByteCount(clientId.Length);
        var bytes = maximum <= 512 ? stackalloc byte[maximum] : new byte[maximum];
        var hash = 0xCBF29CE484222325;
        foreach (var value in bytes[..Encoding.UTF8.GetBytes(clientId, bytes)]) hash = (hash ^ value) * 0x100000001B3;
        return hash;
    }

    internal static ulong Mix(ulong value)
    {
        value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD;
        value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53;
        return value ^ value >> 33;
    }
}
