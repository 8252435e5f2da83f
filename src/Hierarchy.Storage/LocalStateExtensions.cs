using System.Text;

namespace Hierarchy.Storage;

/// <summary>One name at a time, and the rule for names that both dialects keep.</summary>
public static class LocalStateExtensions
{
    private const int LongestName = 512;

    /// <summary>Sets one name, durably.</summary>
    public static ValueTask SetAsync(this ILocalState state, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => state.SetAllAsync([new(key, value)], cancellationToken);

    /// <summary>Removes one name, durably.</summary>
    public static ValueTask DeleteAsync(this ILocalState state, string key, CancellationToken cancellationToken) => state.SetAllAsync([new(key, null)], cancellationToken);

    internal static void ValidateNames(IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>?>> values)
    {
        foreach (var (key, _) in values)
        {
            if (Encoding.UTF8.GetByteCount(key) is 0 or > LongestName)
                throw new ArgumentException($"A name has 1 to {LongestName} bytes, and “{key}” has {Encoding.UTF8.GetByteCount(key)}.", nameof(values));
            if (key.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException("A name holds no zero character: two dialects would not agree on which name it is.", nameof(values));
        }
    }
}
