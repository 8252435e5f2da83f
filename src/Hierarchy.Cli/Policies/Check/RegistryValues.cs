namespace Hierarchy.Cli.Policies.Check;

/// <summary>One value: a number (REG_DWORD, REG_QWORD) or a text, as it was read.</summary>
/// <param name="Key">With the hive, as the file has it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Number">Null where it is a text.</param>
/// <param name="Text">Null where it is a number, or bytes that mean nothing here.</param>
internal sealed record RegistryValue(string Key, string Name, ulong? Number, string? Text)
{
    /// <summary>For people.</summary>
    public string Shown => Number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Text ?? "(bytes)";
}

/// <summary>What a file says of the registry, by key and name whatever the letter case.</summary>
internal sealed class RegistryValues
{
    private readonly Dictionary<string, SortedDictionary<string, RegistryValue>> _keys = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many values there are.</summary>
    public int Count => _keys.Values.Sum(values => values.Count);

    /// <summary>Keys with at least one value, or that are named by the file.</summary>
    public IEnumerable<string> Keys => _keys.Keys;

    public IEnumerable<RegistryValue> Of(string key) => _keys.TryGetValue(key, out var values) ? values.Values : [];

    public RegistryValue? Find(string key, string name) => _keys.TryGetValue(key, out var values) ? values.GetValueOrDefault(name) : null;

    public void AddKey(string key) => _keys.TryAdd(key, new SortedDictionary<string, RegistryValue>(StringComparer.OrdinalIgnoreCase));

    public void Set(RegistryValue value)
    {
        AddKey(value.Key);
        _keys[value.Key][value.Name] = value;
    }

    public void Remove(string key, string name)
    {
        if (_keys.TryGetValue(key, out var values)) values.Remove(name);
    }

    /// <summary>The key with all below it.</summary>
    public void RemoveKey(string key)
    {
        foreach (var known in _keys.Keys.Where(known => known.Equals(key, StringComparison.OrdinalIgnoreCase) || known.StartsWith(key + '\\', StringComparison.OrdinalIgnoreCase)).ToArray())
            _keys.Remove(known);
    }
}
