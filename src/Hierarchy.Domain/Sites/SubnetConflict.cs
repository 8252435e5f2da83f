namespace Hierarchy.Domain.Sites;

/// <summary>One subnet that two sites claim: the one whose name sorts first keeps it, on every server alike.</summary>
/// <param name="Subnet">The block.</param>
/// <param name="Keeper">The site that has it.</param>
/// <param name="Loser">The site that does not.</param>
public readonly record struct SubnetConflict(Subnet Subnet, string Keeper, string Loser)
{
    /// <summary>For the operator, with the next step.</summary>
    public override string ToString() => $"Subnet {Subnet} belongs to the sites '{Keeper}' and '{Loser}'; '{Keeper}' is used. Remove it from one of them.";
}
