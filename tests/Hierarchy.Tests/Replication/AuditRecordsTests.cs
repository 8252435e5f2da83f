using Hierarchy.Domain;
using Hierarchy.Domain.Audit;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Replication;

/// <summary>Entries of who changed what, as records.</summary>
public sealed class AuditRecordsTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.UnixEpoch.AddMilliseconds(1_790_000_000_123);

    [Fact]
    public void Entry_ThereAndBack_IsTheSame()
    {
        var entry = new AuditEntry
        {
            Time = Time,
            Verb = "approve",
            RequestedBy = "anna@pc",
            Address = "127.0.0.1",
            ServerId = Guid.NewGuid(),
            ServerName = "root",
            Changes = 7,
            Items = [new AuditItem(5, "An update", "inherits", "install") { UpdateId = Guid.NewGuid(), GroupId = Guid.NewGuid(), Group = "Pilot" }, new AuditItem(6, "a", "nothing", "owns 10.0.0.0/8")],
        };

        var change = AuditRecords.Entry(entry, 3);
        var read = AuditRecords.Read(new ChangeRecord(9, change.Kind, change.Key, change.Payload));

        Assert.Equal(entry.Items, read.Items);
        Assert.Equal(entry with { Items = [] }, read with { Items = [] });
    }

    [Fact]
    public void Entry_LongAndUnprintable_IsCutAndCleaned()
    {
        var entry = new AuditEntry
        {
            Time = Time,
            Verb = "approve",
            RequestedBy = "a\u0000b\u001b[31m" + new string('x', 1000),
            Items = [.. Enumerable.Range(0, 1000).Select(_ => new AuditItem(5, new string('t', 5000), "", ""))],
        };

        var change = AuditRecords.Entry(entry, 0);
        var read = AuditRecords.Read(new ChangeRecord(9, change.Kind, change.Key, change.Payload));

        Assert.Equal(AuditEntry.MostItems, read.Items.Count);
        Assert.All(read.Items, item => Assert.Equal(AuditEntry.LongestText, item.Subject.Length));
        Assert.StartsWith("ab[31mx", read.RequestedBy, StringComparison.Ordinal);
        Assert.EndsWith("…", read.RequestedBy, StringComparison.Ordinal);
        Assert.True(change.Payload!.Value.Length < 64 * 1024); // It was just made.
    }

    [Fact]
    public void Key_OfLaterEntries_SortsBehind()
    {
        byte[][] keys = [AuditRecords.Key(DateTimeOffset.MinValue, 5), AuditRecords.Key(Time, 0), AuditRecords.Key(Time, 1UL << 40), AuditRecords.Key(Time.AddMilliseconds(1), 0), AuditRecords.Key(Time.AddYears(100), 0)];

        Assert.Equal(keys.Select(Convert.ToHexString), keys.Select(Convert.ToHexString).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Read_WhatIsNone_IsRefused()
    {
        Assert.Throws<IntegrityException>(() => AuditRecords.Read(new ChangeRecord(9, 21, AuditRecords.Key(Time, 0), Payload: null)));
        Assert.Throws<IntegrityException>(() => AuditRecords.Read(new ChangeRecord(9, 21, AuditRecords.Key(Time, 0), new byte[] { 0xFF, 0xFF, 0xFF })));
    }
}
