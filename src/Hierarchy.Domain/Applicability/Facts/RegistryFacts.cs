namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>A registry that was written down: immutable once built. A key that is not in it does not exist.</summary>
internal sealed class RegistryFacts
{
    private readonly Dictionary<string, Key> _keys = new(StringComparer.OrdinalIgnoreCase);

    internal void AddKey(string fullName)
    {
        if (!_keys.TryAdd(fullName, new Key())) return;
        var separator = fullName.LastIndexOf('\\');
        if (separator < 0) return;
        var parent = fullName[..separator];
        AddKey(parent);
        _keys[parent].Subkeys.Add(fullName[(separator + 1)..]);
    }

    internal void AddValue(string fullName, string name, RegistryValue value)
    {
        AddKey(fullName);
        _keys[fullName].Values[name] = value;
    }

    internal bool Contains(string fullName) => _keys.ContainsKey(fullName);

    internal RegistryValue? Find(string fullName, string name) => _keys.TryGetValue(fullName, out var key) ? key.Values.GetValueOrDefault(name) : null;

    internal IReadOnlyList<string>? Subkeys(string fullName) => _keys.TryGetValue(fullName, out var key) ? key.Subkeys : null;

    private sealed class Key
    {
        internal Dictionary<string, RegistryValue> Values { get; } = new(StringComparer.OrdinalIgnoreCase);

        internal List<string> Subkeys { get; } = [];
    }
}
