using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Hierarchy.Domain.Sites;

/// <summary>
/// Orders servers for a client: its own site first, then by path cost, then health, then a stable spread by client id.
/// Servers without a site come after those with one, the root last, unless it stands in the client's site.
/// </summary>
/// <remarks>
/// The spread is rendezvous hashing: each (client, server) pair has a 64-bit weight and the highest goes first, so clients
/// share equal servers evenly, and when a server joins or leaves, only the clients it gains or had move. The weight is the
/// same on every platform and version, because a client that asks two servers must hear one order:
/// <c>mix(fnv1a64(UTF-8 of the client id) ^ mix(high ^ mix(low)))</c>, where high and low are the halves of the server's id
/// in network order, FNV-1a has its published 64-bit constants, and mix is the finaliser of MurmurHash3 (fmix64).
/// </remarks>
public static class ServerRanking
{
    /// <summary>From this load on, a healthy server counts as degraded. A finer use of load would undo the stable spread.</summary>
    public const double BusyLoad = 0.9;

    /// <summary>Ranks for the site that owns the address (or the map's default site).</summary>
    /// <param name="clientId">Any stable id of the client.</param>
    /// <param name="address">The address that the client is seen at.</param>
    /// <param name="servers">All servers.</param>
    /// <param name="map">The network.</param>
    /// <param name="limit">At most so many servers are answered; a small number is much cheaper than all.</param>
    public static IReadOnlyList<RankedServer> Rank(string clientId, IPAddress address, IReadOnlyList<ServerLocation> servers, SiteMap map, int limit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Rank(clientId, map.Find(address)?.Name, servers, map, limit);
    }

    /// <summary>Ranks for a site; null or empty for a client outside every site.</summary>
    public static IReadOnlyList<RankedServer> Rank(string clientId, string? site, IReadOnlyList<ServerLocation> servers, SiteMap map, int limit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(clientId);
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);

        var client = HashClient(clientId);
        var best = new Key[Math.Min(limit, servers.Count)];
        var isPartial = best.Length < servers.Count;
        var count = 0;
        for (var i = 0; i < servers.Count && best.Length > 0; i++)
        {
            var server = servers[i];
            var cost = map.Cost(site, server.Site);
            var key = new Key(Preference(server, cost), Weight(client, server.Id), cost, server);
            if (isPartial) Insert(best, ref count, key);
            else best[i] = key;
        }

        if (!isPartial) Array.Sort(best);
        var answer = new RankedServer[best.Length];
        for (var i = 0; i < answer.Length; i++) answer[i] = new RankedServer(best[i].Server, best[i].Cost);
        return answer;
    }

    /// <summary>The weight of a pair, as the remarks define it.</summary>
    public static ulong Weight(string clientId, Guid serverId) => Weight(HashClient(clientId), serverId);

    /// <summary>Keeps the best so far in order. A client wants a handful out of perhaps a thousand: most servers fail the first comparison.</summary>
    private static void Insert(Key[] best, ref int count, Key key)
    {
        if (count < best.Length) count++;
        else if (key.CompareTo(best[^1]) >= 0) return;

        var i = count - 1;
        for (; i > 0 && key.CompareTo(best[i - 1]) < 0; i--) best[i] = best[i - 1];
        best[i] = key;
    }

    /// <summary>Tier, cost, health: packed so that one comparison orders them.</summary>
    private static ulong Preference(ServerLocation server, int cost)
    {
        var tier = cost == 0 ? 0UL : server.IsRoot ? 3UL : server.Site.Length == 0 ? 2UL : 1UL;
        var health = server.Health == ServerHealth.Healthy && server.Load >= BusyLoad ? ServerHealth.Degraded : server.Health;
        return tier << 48 | (ulong)cost << 8 | (byte)health;
    }

    private static ulong Weight(ulong client, Guid serverId)
    {
        Span<byte> id = stackalloc byte[16];
        serverId.TryWriteBytes(id, bigEndian: true, out _);
        return Mix(client ^ Mix(BinaryPrimitives.ReadUInt64BigEndian(id) ^ Mix(BinaryPrimitives.ReadUInt64BigEndian(id[8..]))));
    }

    private static ulong HashClient(string clientId)
    {
        var maximum = Encoding.UTF8.GetMaxByteCount(clientId.Length);
        var bytes = maximum <= 512 ? stackalloc byte[maximum] : new byte[maximum];
        var hash = 0xCBF29CE484222325;
        foreach (var value in bytes[..Encoding.UTF8.GetBytes(clientId, bytes)]) hash = (hash ^ value) * 0x100000001B3;
        return hash;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD;
        value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53;
        return value ^ value >> 33;
    }

    private readonly record struct Key(ulong Preference, ulong Weight, int Cost, ServerLocation Server) : IComparable<Key>
    {
        public int CompareTo(Key other)
        {
            if (Preference != other.Preference) return Preference < other.Preference ? -1 : 1;
            if (Weight != other.Weight) return Weight > other.Weight ? -1 : 1;
            return Server.Id.CompareTo(other.Server.Id);
        }
    }
}
