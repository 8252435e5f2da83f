using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Audit;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using AuditItem = Hierarchy.Domain.Audit.AuditItem;

namespace Hierarchy.Replication.Wire;

/// <summary>Records of who changed what. They are read from storage when somebody asks, and no view holds them.</summary>
public static class AuditRecords
{
    private const int KeyLength = 16;

    /// <summary>An entry. Its texts are cut to <see cref="AuditEntry.LongestText"/>, and what nobody can print is left out of them.</summary>
    /// <param name="entry">What happened.</param>
    /// <param name="ordinal">Tells entries of one millisecond apart; the higher is the later.</param>
    public static Change Entry(AuditEntry entry, ulong ordinal)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new Change((int)RecordKind.AuditEntry, Key(entry.Time, ordinal), Message(entry).ToByteArray());
    }

    /// <summary>The key of an entry; those of two moments sort as the moments do.</summary>
    public static byte[] Key(DateTimeOffset time, ulong ordinal)
    {
        var key = new byte[KeyLength];
        BinaryPrimitives.WriteInt64BigEndian(key, Math.Max(time.ToUnixTimeMilliseconds(), 0));
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(8), ordinal);
        return key;
    }

    /// <summary>Removes an entry.</summary>
    public static Change NoEntry(ReadOnlyMemory<byte> key) => new((int)RecordKind.AuditEntry, key, Payload: null);

    /// <summary>The message of an entry's record.</summary>
    public static AuditEntryRecord Message(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var message = new AuditEntryRecord
        {
            Time = entry.Time.ToTimestamp(),
            Verb = Cut(entry.Verb),
            RequestedBy = Cut(entry.RequestedBy),
            Address = Cut(entry.Address),
            ServerId = Positions.Id(entry.ServerId),
            ServerName = Cut(entry.ServerName),
            Changes = entry.Changes,
        };
        message.Items.Add(entry.Items.Take(AuditEntry.MostItems).Select(item => new Protocol.Catalog.V1.AuditItem
        {
            Kind = (RecordKind)item.Kind,
            Subject = Cut(item.Subject),
            UpdateId = item.UpdateId is { } update ? Positions.Id(update) : ByteString.Empty,
            GroupId = item.GroupId is { } group ? Positions.Id(group) : ByteString.Empty,
            Group = Cut(item.Group),
            Before = Cut(item.Before),
            After = Cut(item.After),
        }));
        return message;
    }

    /// <summary>An entry's record, understood.</summary>
    /// <exception cref="IntegrityException">The payload is none of an entry.</exception>
    public static AuditEntry Read(in ChangeRecord record)
    {
        try
        {
            var message = AuditEntryRecord.Parser.ParseFrom((record.Payload ?? throw new FormatException("it is a tombstone")).Span);
            return new AuditEntry
            {
                Time = message.Time?.ToDateTimeOffset() ?? throw new FormatException("it has no time"),
                Verb = message.Verb,
                RequestedBy = message.RequestedBy,
                Address = message.Address,
                ServerId = Positions.Id(message.ServerId, "server id"),
                ServerName = message.ServerName,
                Changes = message.Changes,
                Items = [.. message.Items.Select(item => new AuditItem((int)item.Kind, item.Subject, item.Before, item.After)
                {
                    UpdateId = item.UpdateId.Length == 0 ? null : Positions.Id(item.UpdateId, "update id"),
                    GroupId = item.GroupId.Length == 0 ? null : Positions.Id(item.GroupId, "group id"),
                    Group = item.Group,
                })],
            };
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or FormatException or InvalidOperationException)
        {
            throw new IntegrityException($"Record {record.Sequence} of kind {record.Kind} cannot be read: {exception.Message}", exception);
        }
    }

    private static string Cut(string text)
    {
        if (text.Any(char.IsControl)) text = string.Concat(text.Where(each => !char.IsControl(each)));
        return text.Length <= AuditEntry.LongestText ? text : string.Concat(text.AsSpan(0, AuditEntry.LongestText - 1), "…");
    }
}
