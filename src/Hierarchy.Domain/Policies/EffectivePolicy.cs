using System.Security.Cryptography;
using System.Text;
using Hierarchy.Domain.Groups;

namespace Hierarchy.Domain.Policies;

/// <summary>
/// How one computer behaves: each field as the deepest of its groups says that says anything, All Computers last. At equal depth the value counts that <see cref="PolicyField.Winner"/> names, so that the
/// order of the groups never matters; where both say the same, the lower id gives its name.
/// </summary>
/// <param name="Policy">What holds; null for what no group says.</param>
/// <param name="Sources">Which group each field comes from, in the order of <see cref="PolicyField.All"/>.</param>
public sealed record EffectivePolicy(ClientPolicy Policy, IReadOnlyList<PolicySource> Sources)
{
    /// <summary>No group says anything.</summary>
    public static EffectivePolicy None { get; } = new(ClientPolicy.None, []);

    /// <summary>Merges the policies of the groups that count.</summary>
    public static EffectivePolicy Of(IEnumerable<KeyValuePair<Guid, ClientPolicy>> policies, Membership membership)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(membership);
        var counting = new List<(Guid Group, int Depth, ClientPolicy Policy)>();
        foreach (var (group, policy) in policies)
            if (membership.TryGetDepth(group, out var depth))
                counting.Add((group, depth, policy));
        if (counting.Count == 0) return None;

        var (merged, sources) = (ClientPolicy.None, new List<PolicySource>());
        foreach (var field in PolicyField.All)
        {
            (Guid Group, int Depth, object Value)? best = null;
            foreach (var (group, depth, policy) in counting)
                if (field.Get(policy) is { } value && (best is not { } known || IsBefore(field, (group, depth, value), known)))
                    best = (group, depth, value);
            if (best is not { } winner) continue;
            merged = field.With(merged, winner.Value);
            sources.Add(new PolicySource(field, winner.Value, winner.Group));
        }

        return new EffectivePolicy(merged, sources);
    }

    /// <summary>32 bytes that are equal exactly when the policies are, on every server and in every version that knows the same fields.</summary>
    public static byte[] HashOf(ClientPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var text = new StringBuilder();
        foreach (var field in PolicyField.All)
            if (field.Get(policy) is { } value)
                text.Append(field.Name).Append('=').Append(field.Text(value)).Append('\n');
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static bool IsBefore(PolicyField field, (Guid Group, int Depth, object Value) left, (Guid Group, int Depth, object Value) right)
    {
        if (left.Depth != right.Depth) return left.Depth > right.Depth;
        var byValue = field.Compare(left.Value, right.Value);
        return byValue != 0 ? byValue < 0 : left.Group.CompareTo(right.Group) < 0;
    }
}
