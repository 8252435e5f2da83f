using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>All groups.</summary>
internal sealed record GroupListDocument(IReadOnlyList<GroupBody> Groups);

/// <summary>A group that is durable.</summary>
internal sealed record GroupAddedDocument(GroupBody Group, PositionDocument? Position);

/// <summary>A group that is gone, or would be.</summary>
internal sealed record GroupRemovedDocument(string Name, int ApprovalsRemoved, PositionDocument? Position, bool WhatIf, GroupEffectBody Effect, int Transactions, EffectsBody? Effects);

/// <summary>A group under another name.</summary>
internal sealed record GroupRenamedDocument(string? GroupId, string Before, string Name, bool WhatIf, bool Changed, GroupEffectBody Effect, PositionDocument? Position, EffectsBody? Effects);

/// <summary>A group in another one.</summary>
internal sealed record GroupMovedDocument(string? GroupId, string Name, string Parent, bool WhatIf, bool Changed, GroupEffectBody Effect, PositionDocument? Position, EffectsBody? Effects);

/// <summary>Who says which groups a computer is in: `server`, `client` or `either`.</summary>
internal sealed record TargetingDocument(string Targeting);

/// <summary>That, decided.</summary>
internal sealed record TargetingSetDocument(string Targeting, bool WhatIf, bool Changed, GroupEffectBody Effect, PositionDocument? Position, EffectsBody? Effects);

/// <summary>Names that computers ask for and that no group has.</summary>
internal sealed record UnknownGroupsDocument(string Targeting, IReadOnlyList<UnknownGroupBody> Groups);

/// <summary>One of them.</summary>
internal sealed record UnknownGroupBody(string Name, int Computers, int Unassigned, IReadOnlyList<string> Examples)
{
    public static UnknownGroupBody From(UnknownGroup group) => new(group.Name, group.Computers, group.Unassigned, [.. group.Examples]);
}

/// <summary>What a change of groups does to computers and approvals.</summary>
internal sealed record GroupEffectBody(
    int ApprovalsRemoved, int AssignmentsChanged, int Computers, int ComputersUnassigned, int UpdatesChanged, int UpdatesBegun, int UpdatesEnded, int RulesRemoved)
{
    public static GroupEffectBody From(GroupEffect? effect) => effect is null
        ? new GroupEffectBody(0, 0, 0, 0, 0, 0, 0, 0)
        : new GroupEffectBody(
            effect.ApprovalsRemoved, effect.AssignmentsChanged, effect.Computers, effect.ComputersUnassigned, effect.UpdatesChanged, effect.UpdatesBegun, effect.UpdatesEnded,
            effect.RulesRemoved);
}

/// <summary>A target group.</summary>
internal sealed record GroupBody(string? GroupId, string Name, string? Parent, bool BuiltIn, int Computers)
{
    public static GroupBody From(Group group)
        => new(Wire.Guid(group.Record.GroupId), group.Record.Name, Wire.NullIfEmpty(group.Parent), group.BuiltIn, group.Computers);
}

/// <summary>How targeting is spelled.</summary>
internal static class TargetingText
{
    public static readonly IReadOnlyDictionary<string, Targeting> Values = new SortedDictionary<string, Targeting>(StringComparer.OrdinalIgnoreCase)
    {
        ["server"] = Targeting.Server, ["client"] = Targeting.Client, ["either"] = Targeting.Either,
    };

    public static string Of(Targeting targeting) => Values.FirstOrDefault(pair => pair.Value == targeting).Key ?? "either";

    public static string Sentence(string targeting) => targeting switch
    {
        "server" => "The administrator says which groups a computer is in (`computers assign`, `groups rules`); what computers name means nothing.",
        "client" => "Computers name their groups themselves; where they were put, and what rules say, means nothing.",
        _ => "A computer is in the groups that it was put into, by an administrator or by a rule; one that was put into none is in those that it names.",
    };
}
