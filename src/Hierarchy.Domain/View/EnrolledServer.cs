namespace Hierarchy.Domain.View;

/// <summary>A server of the tree, as its record says.</summary>
/// <param name="Id">Random, kept in the server's data directory.</param>
/// <param name="Name">For people.</param>
/// <param name="Role">1 root, 2 replica, 3 autonomous: the numbers of the catalog contract.</param>
/// <param name="Site">The site that it stands in; empty for none.</param>
/// <param name="GrpcUrl">Where its gRPC services answer.</param>
/// <param name="ContentUrl">Where its content answers.</param>
/// <param name="ParentId">The server that it follows; null for the root.</param>
public sealed record EnrolledServer(Guid Id, string Name, int Role, string Site, string GrpcUrl, string ContentUrl, Guid? ParentId)
{
    private const int Autonomous = 3;

    /// <summary>It decides for itself and for all below it.</summary>
    public bool IsAutonomous => Role == Autonomous;
}
