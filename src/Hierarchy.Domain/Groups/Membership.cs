using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Policies;

namespace Hierarchy.Domain.Groups;

/// <summary>The groups whose approvals count for one computer: those that it is in, and all that these are nested in, each with its depth.</summary>
public sealed class Membership
{
    /// <summary>Changes when the inputs of decisions change their meaning: a client with another hash takes everything anew.</summary>
    private const byte ScopeVersion = 1;

    private readonly FrozenDictionary<Guid, int> _depths;

    internal Membership(IReadOnlyList<string> direct, Dictionary<Guid, int> depths, LogId overlay)
    {
        Direct = direct;
        _depths = depths.ToFrozenDictionary();
        ScopeHash = Hash(depths, overlay);
    }

    private Membership(Membership of, ClientPolicy policy)
    {
        (Direct, _depths) = (of.Direct, of._depths);
        ScopeHash = SHA256.HashData([.. of.ScopeHash, .. EffectivePolicy.HashOf(policy)])[..16];
    }

    /// <summary>Names of the groups that the computer is in, sorted.</summary>
    public IReadOnlyList<string> Direct { get; }

    /// <summary>16 bytes that are equal exactly when the groups, their depths, the log that decides and the policy are.</summary>
    public byte[] ScopeHash { get; }

    /// <summary>False when the group does not count for the computer; its depth otherwise.</summary>
    public bool TryGetDepth(Guid groupId, out int depth) => _depths.TryGetValue(groupId, out depth);

    /// <summary>The same groups, where they have a policy: another scope, so that a client learns of it.</summary>
    internal Membership With(ClientPolicy policy) => policy.IsNone ? this : new Membership(this, policy);

    private static byte[] Hash(Dictionary<Guid, int> depths, LogId overlay)
    {
        // Without an overlay the bytes end with the groups.
        var bytes = new byte[1 + (20 * depths.Count) + (overlay == LogId.None ? 0 : 16)];
        if (overlay != LogId.None) overlay.Value.TryWriteBytes(bytes.AsSpan(^16..), bigEndian: true, out _);
        bytes[0] = ScopeVersion;
        var rest = bytes.AsSpan(1);
        foreach (var (id, depth) in depths.OrderBy(pair => pair.Key))
        {
            id.TryWriteBytes(rest, bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(rest[16..], depth);
            rest = rest[20..];
        }

        return SHA256.HashData(bytes)[..16];
    }
}
