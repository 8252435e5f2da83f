using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>All groups.</summary>
internal sealed record GroupListDocument(IReadOnlyList<GroupBody> Groups);

/// <summary>A group that is durable.</summary>
internal sealed record GroupAddedDocument(GroupBody Group, PositionDocument? Position);

/// <summary>A group that is gone.</summary>
internal sealed record GroupRemovedDocument(string Name, int ApprovalsRemoved, PositionDocument? Position);

/// <summary>A target group.</summary>
internal sealed record GroupBody(string? GroupId, string Name, string? Parent, bool BuiltIn, int Computers)
{
    public static GroupBody From(Group group)
        => new(Wire.Guid(group.Record.GroupId), group.Record.Name, Wire.NullIfEmpty(group.Parent), group.BuiltIn, group.Computers);
}
