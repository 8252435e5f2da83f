using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Hierarchy.Storage.Reports;

/// <summary>
/// Local numbers for what is long and often repeated (update ids, users, sets of groups), from 1 on. The writer gives new ones within its transaction; readers see them when it is durable.
/// </summary>
/// <param name="add">Writes a new row within the transaction and returns its number.</param>
internal sealed class NumberBook<T>(Func<T, int> add)
    where T : notnull
{
    private readonly ConcurrentDictionary<T, int> _numbers = new();
    private readonly ConcurrentDictionary<int, T> _values = new();
    private readonly Dictionary<T, int> _pending = [];

    /// <summary>Takes what the table holds.</summary>
    public void Load(T value, int number)
    {
        _numbers[value] = number;
        _values[number] = value;
    }

    /// <summary>A transaction begins: what an earlier one left that failed is forgotten.</summary>
    public void Begin() => _pending.Clear();

    /// <summary>The transaction is durable.</summary>
    public void Committed()
    {
        foreach (var (value, number) in _pending)
            Load(value, number);
        _pending.Clear();
    }

    /// <summary>For the writer: the number, a new one where there is none.</summary>
    public int NumberOf(T value)
    {
        if (_numbers.TryGetValue(value, out var number) || _pending.TryGetValue(value, out number)) return number;
        return _pending[value] = add(value);
    }

    /// <summary>The number; 0 when there is none that is durable.</summary>
    public int Find(T value) => _numbers.GetValueOrDefault(value);

    /// <summary>What has the number; false when it is not known yet: a reader's snapshot may be a moment ahead of this book.</summary>
    public bool TryFindValue(int number, [MaybeNullWhen(false)] out T value) => _values.TryGetValue(number, out value);
}
