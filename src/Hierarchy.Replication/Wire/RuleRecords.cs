using Google.Protobuf;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;
using Position = Hierarchy.Domain.Changes.Position;
using RuleDeadline = Hierarchy.Domain.Approvals.Rules.RuleDeadline;

namespace Hierarchy.Replication.Wire;

/// <summary>Records of rules that decide by themselves, and of how far they have looked.</summary>
public static class RuleRecords
{
    private const int IdBytes = 16;
    private const int MinutesOfDay = 24 * 60;

    /// <summary>An approval rule.</summary>
    public static Change Rule(ApprovalRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new Change((int)RecordKind.ApprovalRule, rule.Id.ToByteArray(bigEndian: true), Message(rule).ToByteArray());
    }

    /// <summary>Removes an approval rule.</summary>
    public static Change NoApprovalRule(Guid ruleId) => new((int)RecordKind.ApprovalRule, ruleId.ToByteArray(bigEndian: true), Payload: null);

    /// <summary>How far approval rules have looked.</summary>
    public static Change Progress(RuleProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var message = new ApprovalRuleProgressRecord
        {
            LogId = Positions.Id(progress.Position.Log.Value), Epoch = progress.Position.Epoch, EpochId = Positions.Id(progress.Position.EpochId), Sequence = progress.Position.Sequence,
        };
        return new Change((int)RecordKind.ApprovalRule, Array.Empty<byte>(), message.ToByteArray());
    }

    /// <summary>A decline rule.</summary>
    public static Change Rule(DeclineRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new Change((int)RecordKind.DeclineRule, rule.Id.ToByteArray(bigEndian: true), Message(rule).ToByteArray());
    }

    /// <summary>Removes a decline rule.</summary>
    public static Change NoDeclineRule(Guid ruleId) => new((int)RecordKind.DeclineRule, ruleId.ToByteArray(bigEndian: true), Payload: null);

    /// <summary>The message of an approval rule's record: ids in the order of their bytes, so that equal rules have equal bytes.</summary>
    public static ApprovalRuleRecord Message(ApprovalRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var message = new ApprovalRuleRecord
        {
            RuleId = Positions.Id(rule.Id),
            Name = rule.Name,
            On = rule.IsOn,
            Order = rule.Order,
            TitlePattern = rule.Title,
            Action = (Protocol.Catalog.V1.ApprovalAction)rule.Action,
            Deadline = rule.Deadline is { } deadline ? Message(deadline) : null,
        };
        message.ClassificationIds.Add(Ids(rule.Classifications));
        message.ProductIds.Add(Ids(rule.Products));
        message.GroupIds.Add(Ids(rule.Groups));
        return message;
    }

    /// <summary>A rule's deadline.</summary>
    public static Protocol.Catalog.V1.RuleDeadline Message(RuleDeadline deadline)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        return new Protocol.Catalog.V1.RuleDeadline { Days = deadline.Days, MinuteOfDay = (deadline.TimeOfDay.Hour * 60) + deadline.TimeOfDay.Minute, Floating = deadline.IsFloating };
    }

    /// <summary>A rule's deadline, understood; null where its numbers are out of their range.</summary>
    public static RuleDeadline? FromMessage(Protocol.Catalog.V1.RuleDeadline message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Days is >= 0 and <= RuleDeadline.MaxDays && message.MinuteOfDay is >= 0 and < MinutesOfDay
            ? new RuleDeadline(message.Days, new TimeOnly(message.MinuteOfDay / 60, message.MinuteOfDay % 60), message.Floating)
            : null;
    }

    /// <summary>The message of a decline rule's record.</summary>
    public static DeclineRuleRecord Message(DeclineRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new DeclineRuleRecord
        {
            RuleId = Positions.Id(rule.Id), Name = rule.Name, On = rule.IsOn, OlderThanDays = rule.OlderThanDays, EvenIfNeeded = rule.EvenIfNeeded, EvenIfNotReplaced = rule.EvenIfNotReplaced,
        };
    }

    internal static ViewRecord ReadApprovalRule(in ChangeRecord record)
    {
        if (record.Key.IsEmpty) return new ViewRecord.RulesLooked(record.Sequence, record.Payload is { } progress ? ReadProgress(progress) : null);
        var id = Key(record);
        return new ViewRecord.ApprovalRuled(record.Sequence, id, record.Payload is { } payload ? ReadApprovalRule(id, payload) : null);
    }

    internal static ViewRecord ReadDeclineRule(in ChangeRecord record)
    {
        var id = Key(record);
        return new ViewRecord.DeclineRuled(record.Sequence, id, record.Payload is { } payload ? ReadDeclineRule(id, payload) : null);
    }

    private static ApprovalRule ReadApprovalRule(Guid id, ReadOnlyMemory<byte> payload)
    {
        var message = ApprovalRuleRecord.Parser.ParseFrom(payload.Span);
        return new ApprovalRule
        {
            Id = id,
            Name = message.Name,
            IsOn = message.On,
            Order = message.Order,
            Classifications = [.. message.ClassificationIds.Select(each => Positions.Id(each, "classification"))],
            Products = [.. message.ProductIds.Select(each => Positions.Id(each, "product"))],
            Title = message.TitlePattern,
            Groups = [.. message.GroupIds.Select(each => Positions.Id(each, "group"))],
            Action = (ApprovalAction)message.Action,
            Deadline = message.Deadline is { } deadline ? FromMessage(deadline) ?? throw new FormatException("its deadline is out of range") : null,
        };
    }

    private static DeclineRule ReadDeclineRule(Guid id, ReadOnlyMemory<byte> payload)
    {
        var message = DeclineRuleRecord.Parser.ParseFrom(payload.Span);
        return new DeclineRule
        {
            Id = id, Name = message.Name, IsOn = message.On, OlderThanDays = message.OlderThanDays, EvenIfNeeded = message.EvenIfNeeded, EvenIfNotReplaced = message.EvenIfNotReplaced,
        };
    }

    private static RuleProgress ReadProgress(ReadOnlyMemory<byte> payload)
    {
        var message = ApprovalRuleProgressRecord.Parser.ParseFrom(payload.Span);
        return new RuleProgress(new Position(new LogId(Positions.Id(message.LogId, "log")), message.Epoch, Positions.Id(message.EpochId, "epoch"), message.Sequence));
    }

    private static Guid Key(in ChangeRecord record) =>
        record.Key.Length == IdBytes ? new Guid(record.Key.Span, bigEndian: true) : throw new FormatException($"its key has {record.Key.Length} bytes, not {IdBytes}");

    private static IEnumerable<ByteString> Ids(IEnumerable<Guid> ids) =>
        ids.Distinct().Select(id => id.ToByteArray(bigEndian: true)).OrderBy(bytes => Convert.ToHexString(bytes), StringComparer.Ordinal).Select(bytes => ByteString.CopyFrom(bytes));
}
