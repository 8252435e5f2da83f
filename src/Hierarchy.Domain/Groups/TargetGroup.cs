namespace Hierarchy.Domain.Groups;

/// <summary>A group of computers. Every group but All Computers is nested in another.</summary>
/// <param name="Id">Its id, the same on every server.</param>
/// <param name="Name">Unique whatever the letter case; 1 to 256 characters.</param>
/// <param name="ParentId">The group that it is nested in; null for All Computers alone.</param>
public sealed record TargetGroup(Guid Id, string Name, Guid? ParentId)
{
    /// <summary>The longest name.</summary>
    public const int MaxNameLength = 256;

    /// <summary>Holds every computer. The id is that of WSUS.</summary>
    public static TargetGroup AllComputers { get; } = new(new Guid("a0a08746-4dbe-4a37-9adf-9e7652c0b421"), "All Computers", ParentId: null);

    /// <summary>Holds the computers that are in no other group. The id is that of WSUS.</summary>
    public static TargetGroup UnassignedComputers { get; } =
        new(new Guid("b73ca6ed-5727-47f3-84de-015e03f6a88a"), "Unassigned Computers", AllComputers.Id);

    /// <summary>True for the groups that come with the server and stay.</summary>
    public bool IsBuiltIn => Id == AllComputers.Id || Id == UnassignedComputers.Id;
}
