using Google.Protobuf;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Catalog.V1;
using DomainTargeting = Hierarchy.Domain.Groups.Targeting;
using Targeting = Hierarchy.Protocol.Catalog.V1.Targeting;

namespace Hierarchy.Replication.Wire;

/// <summary>What records say of who is in which group, besides the groups and assignments themselves.</summary>
public static class GroupRecords
{
    /// <summary>A rule.</summary>
    public static Change Rule(GroupRule rule) => new((int)RecordKind.GroupRule, rule.Id.ToByteArray(bigEndian: true), Message(rule).ToByteArray());

    /// <summary>Removes a rule.</summary>
    public static Change NoRule(Guid ruleId) => new((int)RecordKind.GroupRule, ruleId.ToByteArray(bigEndian: true), Payload: null);

    /// <summary>The message of a rule's record; the same values in another order are the same bytes.</summary>
    public static GroupRuleRecord Message(GroupRule rule)
    {
        var message = new GroupRuleRecord { RuleId = Positions.Id(rule.Id), Name = rule.Name, GroupId = Positions.Id(rule.GroupId), ConditionKinds = rule.ConditionKinds };
        message.ComputerNames.Add(rule.ComputerNames.Order(StringComparer.Ordinal));
        message.Subnets.Add(rule.Subnets.Order().Select(subnet => subnet.ToString()));
        message.Sites.Add(rule.Sites.Order(StringComparer.Ordinal));
        message.OsVersions.Add(rule.OsVersions.Order(StringComparer.Ordinal));
        message.Models.Add(rule.Models.Order(StringComparer.Ordinal));
        return message;
    }

    /// <summary>As a record has it: what nobody decided is not written.</summary>
    public static Targeting Message(DomainTargeting targeting) => targeting switch
    {
        DomainTargeting.Server => Targeting.Server,
        DomainTargeting.Client => Targeting.Client,
        _ => Targeting.Unspecified,
    };

    /// <summary>Understood; a value of a later version counts as if nobody had decided, at every server of this one alike.</summary>
    public static DomainTargeting FromMessage(Targeting targeting) => targeting switch
    {
        Targeting.Server => DomainTargeting.Server,
        Targeting.Client => DomainTargeting.Client,
        _ => DomainTargeting.Either,
    };

    internal static GroupRule ReadRule(ReadOnlyMemory<byte> payload)
    {
        var message = GroupRuleRecord.Parser.ParseFrom(payload.Span);
        var rule = new GroupRule
        {
            Id = Positions.Id(message.RuleId, "rule id"),
            Name = message.Name,
            GroupId = Positions.Id(message.GroupId, "group id"),
            ComputerNames = [.. message.ComputerNames],
            Subnets = [.. message.Subnets.Select(Subnet.Parse)],
            Sites = [.. message.Sites],
            OsVersions = [.. message.OsVersions],
            Models = [.. message.Models],
        };
        return rule with { IsUnderstood = rule.ConditionKinds == message.ConditionKinds };
    }
}
