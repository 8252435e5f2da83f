using System.Text;
using Hierarchy.Domain.Changes;
using Xunit;

namespace Hierarchy.Tests.Storage;

/// <summary>Small changes and records with readable keys.</summary>
internal static class Sample
{
    public const int Kind = 40;

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static Change Set(string key, string value, int kind = Kind) => new(kind, Bytes(key), Bytes(value));

    public static Change Delete(string key, int kind = Kind) => new(kind, Bytes(key), null);

    public static string Text(ReadOnlyMemory<byte>? bytes) => bytes is { } value ? Encoding.UTF8.GetString(value.Span) : "(deleted)";

    /// <summary>`sequence kind key=value` of each record.</summary>
    public static string[] Texts(IEnumerable<ChangeRecord> records) =>
        [.. records.Select(record => record.Kind == RecordKinds.Epoch ? $"{record.Sequence} epoch" : $"{record.Sequence} {Text(record.Key)}={Text(record.Payload)}")];

    public static byte[] DigestOf(IEnumerable<ChangeRecord> records)
    {
        var digest = new LogDigest();
        digest.AddRange([.. records]);
        return digest.ToBytes();
    }

    public static async Task<List<ChangeRecord>> ReadAllAsync(ILogReader log, int pageSize = 100)
    {
        var records = new List<ChangeRecord>();
        LogPage page;
        var after = 0L;
        do
        {
            page = await log.ReadPageAsync(after, pageSize, 1 << 20, TestContext.Current.CancellationToken);
            records.AddRange(page.Records);
            after = page.Through;
        }
        while (!page.IsLast);
        return records;
    }
}
