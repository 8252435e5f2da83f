using System.Data;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Dapper;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// The parameters of one statement and, for lists, the text that names them. Values never stand in the text. Binary parameters have the declared length of their column, so that one statement has
/// one plan, whatever the lengths of its values.
/// </summary>
internal sealed class ParameterList
{
    /// <summary>What the server takes for one statement is 2,100.</summary>
    public const int Most = 2100;

    private readonly DynamicParameters _values = new();

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>For Dapper.</summary>
    public DynamicParameters Values => _values;

    public ParameterList Add(string name, int value) => Add(name, value, DbType.Int32, size: null);

    public ParameterList Add(string name, long value) => Add(name, value, DbType.Int64, size: null);

    public ParameterList Add(string name, Guid value) => Add(name, value, DbType.Guid, size: null);

    /// <summary>A binary value of a column of that length; -1 for `varbinary(max)`.</summary>
    public ParameterList Add(string name, ReadOnlyMemory<byte>? value, int length) => Add(name, value is { } bytes ? Array(bytes) : null, DbType.Binary, length);

    /// <summary>`@name0, @name1, …`; the last value is repeated up to a round number, so that there are few texts, and few plans, for lists of all lengths.</summary>
    public string List(string name, IReadOnlyList<long> values) => Lines(name, RoundUp(values.Count), (row, i) => Add(row, values[Math.Min(i, values.Count - 1)]), "@{0}");

    /// <summary>The same for binary values of a column of that length.</summary>
    public string List(string name, IReadOnlyList<byte[]> values, int length) => Lines(name, RoundUp(values.Count), (row, i) => Add(row, values[Math.Min(i, values.Count - 1)], length), "@{0}");

    /// <summary>`(@kind0, @key0), (@kind1, @key1), …`, padded in the same way.</summary>
    public string Keys(IReadOnlyList<(int Kind, ReadOnlyMemory<byte> Key)> keys) => Lines(
        "",
        RoundUp(keys.Count),
        (row, i) =>
        {
            var (kind, key) = keys[Math.Min(i, keys.Count - 1)];
            Add($"kind{row}", kind).Add($"key{row}", RecordRows.StoredKey(key), RecordRows.LongestStoredKey);
        },
        "(@kind{0}, @key{0})");

    /// <summary>How many parameters a list of that length takes.</summary>
    public static int RoundUp(int count) => count switch
    {
        <= 1 => 1,
        <= 4 => 4,
        <= 16 => 16,
        <= 64 => 64,
        <= 256 => 256,
        <= 1000 => 1000,
        _ => throw new ArgumentOutOfRangeException(nameof(count), count, "A list is given in parts of 1,000."),
    };

    internal static byte[] Array(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is { } array && segment.Offset == 0 && segment.Count == array.Length ? array : bytes.ToArray();

    private ParameterList Add(string name, object? value, DbType type, int? size)
    {
        _values.Add(name, value, type, size: size);
        Count++;
        return this;
    }

    private static string Lines(string name, int count, Action<string, int> add, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var row = string.Create(CultureInfo.InvariantCulture, $"{name}{i}");
            add(row, i);
            text.Append(i == 0 ? "" : ", ").AppendFormat(CultureInfo.InvariantCulture, format, row);
        }

        return text.ToString();
    }
}
